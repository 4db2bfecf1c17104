// SPDX-License-Identifier: Apache-2.0
// The steps of a core: for every vector, Outer x Inner steps and then Idle cycles without one. A
// step happens in a cycle in which the core may advance and all its inputs are valid. The vector
// whose last step sees `last_i` ends its sequence: the next one is the first of a new sequence, in
// the next of Contexts contexts (sets of parameters that take turns).
module em_sequencer #(
  parameter int unsigned Outer = 1,
  parameter int unsigned Inner = 1,
  parameter int unsigned Idle = 0,
  parameter int unsigned Contexts = 1,
  localparam int unsigned OuterBits = em_pkg::index_bits(Outer),
  localparam int unsigned InnerBits = em_pkg::index_bits(Inner),
  localparam int unsigned StepBits = em_pkg::index_bits(Outer * Inner * Contexts),
  localparam int unsigned ContextBits = em_pkg::index_bits(Contexts)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   advance_i,
  input  logic                   valid_i,         // every input has its beat
  input  logic                   last_i,          // of the input beat
  output logic                   step_o,          // a step happens in this cycle
  output logic [OuterBits-1:0]   outer_o,
  output logic [InnerBits-1:0]   inner_o,
  output logic [StepBits-1:0]    address_o,       // (context, outer, inner) as one running number
  output logic                   inner_last_o,    // inner_o is Inner - 1
  output logic                   vector_last_o,   // and outer_o is Outer - 1
  output logic                   sequence_last_o, // and the input says `last`
  output logic                   first_o,         // in the first vector of a sequence
  output logic [ContextBits-1:0] context_o
);

  localparam int unsigned IdleBits = em_pkg::index_bits(Idle + 1);

  logic [OuterBits-1:0]   outer_q, outer_d;
  logic [InnerBits-1:0]   inner_q, inner_d;
  logic [StepBits-1:0]    address_q, address_d, base_q, base_d;
  logic [IdleBits-1:0]    idle_q, idle_d;
  logic [ContextBits-1:0] context_q, context_d;
  logic                   first_q, first_d;
  logic                   context_last;

  assign inner_last_o    = (inner_q == InnerBits'(Inner - 1));
  assign vector_last_o   = inner_last_o & (outer_q == OuterBits'(Outer - 1));
  assign sequence_last_o = vector_last_o & last_i;
  assign step_o          = advance_i & valid_i & (idle_q == '0);
  assign context_last    = (context_q == ContextBits'(Contexts - 1));

  always_comb begin
    outer_d   = outer_q;
    inner_d   = inner_q;
    address_d = address_q;
    base_d    = base_q;
    idle_d    = idle_q;
    context_d = context_q;
    first_d   = first_q;
    if (step_o) begin
      inner_d   = inner_last_o ? '0 : InnerBits'(inner_q + 1'b1);
      address_d = StepBits'(address_q + 1'b1);
      if (inner_last_o) outer_d = OuterBits'(outer_q + 1'b1);
      if (vector_last_o) begin
        outer_d   = '0;
        idle_d    = IdleBits'(Idle);
        first_d   = 1'b0;
        address_d = base_q;
      end
      if (sequence_last_o) begin
        first_d   = 1'b1;
        context_d = context_last ? '0 : ContextBits'(context_q + 1'b1);
        base_d    = context_last ? '0 : StepBits'(address_q + 1'b1);
        address_d = base_d;
      end
    end else if (advance_i && (idle_q != '0)) begin
      idle_d = IdleBits'(idle_q - 1'b1);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      outer_q   <= '0;
      inner_q   <= '0;
      address_q <= '0;
      base_q    <= '0;
      idle_q    <= '0;
      context_q <= '0;
      first_q   <= 1'b1;
    end else begin
      outer_q   <= outer_d;
      inner_q   <= inner_d;
      address_q <= address_d;
      base_q    <= base_d;
      idle_q    <= idle_d;
      context_q <= context_d;
      first_q   <= first_d;
    end
  end

  assign outer_o   = outer_q;
  assign inner_o   = inner_q;
  assign address_o = address_q;
  assign first_o   = first_q;
  assign context_o = context_q;

endmodule
