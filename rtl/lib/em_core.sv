// SPDX-License-Identifier: Apache-2.0
// The control of a core: which step comes next, which beats are taken and given, and whether the
// datapath may advance. Its numbers are those of Steps in src/hw/design.h, by the same names.
//
// A vector takes Active steps, numbered from 0, and then Idle cycles without one. A step happens in
// a cycle in which the core may advance and every input is valid. Input i is taken at every
// PopEvery[i]-th step, output is given at every EmitEvery-th step from EmitFrom on, and both also
// at the last step. What is given appears Depth registers later; the datapath advances as a whole,
// or stands still while its last register holds a beat that nobody takes. A core of Depth 0 is
// combinational.
//
// The enable of a wide datapath comes in Copies, each for a part of its registers: one net to
// thousands would be slow. When they are kept Apart, the core has one of its own, with few loads,
// for the handshake.
//
// Where the clock takes more energy than logic (em_tech::StopsIdle), the datapath stands still too
// while no step is in it that has not come to the last register.
//
// The vector whose last step sees `last` ends its sequence: the next one is the first of a new
// sequence, in the next of Contexts contexts (sets of parameters that take turns).
//
// For the datapath, steps come in rows of Inner; the last row may be shorter.
module em_core #(
  parameter int Inputs = 1,
  parameter int Depth = 1,
  parameter int Active = 1,
  parameter int Inner = Active,
  parameter int Idle = 0,
  parameter logic [Inputs*32-1:0] PopEvery = {Inputs{32'd1}},  // input 0 lowest; 1, Inner or Active
  parameter int EmitFrom = 0,   // 0, or the first step of the last row
  parameter int EmitEvery = 1,  // 1, Inner or Active
  parameter bit LastOnAll = 1'b0,  // last with all that the last vector gives, not at its end alone
  parameter int Contexts = 1,
  parameter int Copies = 1,     // of advance_o
  parameter bit Apart = (Copies > 1),
  localparam int InnerBits = em_pkg::index_bits(Inner),
  localparam int AddressBits = em_pkg::index_bits(Active * Contexts),
  localparam int ContextBits = em_pkg::index_bits(Contexts)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [Inputs-1:0]      valid_i,
  output logic [Inputs-1:0]      ready_o,
  input  logic [Inputs-1:0]      last_i,
  output logic                   valid_o,
  input  logic                   ready_i,
  output logic                   last_o,
  output logic [Copies-1:0]      advance_o,        // every register of the datapath advances
  output logic                   step_o,           // a step happens in this cycle
  output logic [InnerBits-1:0]   inner_o,          // number of the step in its row
  output logic [AddressBits-1:0] address_o,        // context * Active + number of the step
  output logic                   first_row_o,      // in the first row of its vector
  output logic                   first_vector_o,   // in the first vector of its sequence
  output logic                   vector_last_o,    // the last step of its vector
  output logic                   sequence_last_o,  // and that is the last of its sequence
  output logic [ContextBits-1:0] context_o,
  output logic [ContextBits-1:0] context_done_o    // of the result that the last register takes
);

  localparam int Rows = (Active + Inner - 1) / Inner;
  localparam int RowBits = em_pkg::index_bits(Rows);
  localparam int IdleBits = em_pkg::index_bits(Idle + 1);

`ifndef __ICARUS__
  if (Inputs < 1 || Active < 1 || Inner < 1 || Contexts < 1) begin : gen_bad_size
    $error("em_core: Inputs = %0d, Active = %0d, Inner = %0d, Contexts = %0d: must be 1 or more",
           Inputs, Active, Inner, Contexts);
  end
  if (Copies < 1 || (Copies > 1 && !Apart)) begin : gen_bad_copies
    $error("em_core: Copies = %0d, Apart = %0d: must be 1 or more, and apart if more", Copies,
           Apart);
  end
  if (EmitFrom != 0 && EmitFrom != (Rows - 1) * Inner) begin : gen_bad_emit_from
    $error("em_core: EmitFrom = %0d: must be 0 or %0d", EmitFrom, (Rows - 1) * Inner);
  end
  if (EmitEvery != 1 && EmitEvery != Inner && EmitEvery != Active) begin : gen_bad_emit_every
    $error("em_core: EmitEvery = %0d: must be 1, %0d or %0d", EmitEvery, Inner, Active);
  end
`endif

  // The step that comes next.
  logic [RowBits-1:0]     row_q, row_d;
  logic [InnerBits-1:0]   inner_q, inner_d;
  logic [AddressBits-1:0] address_q, address_d, base_q, base_d;
  logic [IdleBits-1:0]    idle_q, idle_d;
  logic [ContextBits-1:0] context_q, context_d;
  logic                   first_vector_q, first_vector_d;
  logic                   advance, can_step, final_row, row_last, final_context;

  assign can_step        = (&valid_i) & (idle_q == '0);
  assign step_o          = advance & can_step;
  assign final_row       = (Rows == 1) | (row_q == RowBits'(Rows - 1));
  assign row_last        = (inner_q == InnerBits'(final_row ? (Active - 1) % Inner : Inner - 1));
  assign vector_last_o   = final_row & row_last;
  assign sequence_last_o = vector_last_o & last_i[0];
  assign final_context   = (context_q == ContextBits'(Contexts - 1));

  always_comb begin
    row_d          = row_q;
    inner_d        = inner_q;
    address_d      = address_q;
    base_d         = base_q;
    idle_d         = idle_q;
    context_d      = context_q;
    first_vector_d = first_vector_q;
    if (step_o) begin
      inner_d   = row_last ? '0 : InnerBits'(inner_q + 1'b1);
      address_d = AddressBits'(address_q + 1'b1);
      if (row_last) row_d = final_row ? '0 : RowBits'(row_q + 1'b1);
      if (vector_last_o) begin
        idle_d         = IdleBits'(Idle);
        first_vector_d = 1'b0;
        address_d      = base_q;
      end
      if (sequence_last_o) begin
        first_vector_d = 1'b1;
        context_d      = final_context ? '0 : ContextBits'(context_q + 1'b1);
        base_d         = final_context ? '0 : AddressBits'(address_q + 1'b1);
        address_d      = base_d;
      end
    end else if (advance && (idle_q != '0)) begin
      idle_d = IdleBits'(idle_q - 1'b1);
    end
  end

  em_register #(.Width(RowBits + InnerBits + 2 * AddressBits + IdleBits + ContextBits)) u_place (
    .clk_i, .rst_ni,
    .data_i({row_d, inner_d, address_d, base_d, idle_d, context_d}),
    .data_o({row_q, inner_q, address_q, base_q, idle_q, context_q})
  );
  em_register #(.ResetValue(1'b1)) u_first_vector (
    .clk_i, .rst_ni, .data_i(first_vector_d), .data_o(first_vector_q)
  );

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni && step_o && vector_last_o && (last_i != {Inputs{last_i[0]}})) begin
      $error("%m: not all inputs end their sequence with this vector");
    end
  end
`endif

  assign inner_o        = inner_q;
  assign address_o      = address_q;
  assign first_row_o    = (row_q == '0);
  assign first_vector_o = first_vector_q;
  assign context_o      = context_q;

  em_delay #(
    .Width(ContextBits),
    .Depth((Depth > 1) ? Depth - 1 : 0)
  ) u_context (
    .clk_i, .advance_i(advance), .data_i(context_q), .data_o(context_done_o)
  );

  // What this step takes and gives. An input is ready whether it is valid or not, which is a
  // shorter way than through the step.
  for (genvar i = 0; i < Inputs; i++) begin : gen_input
    localparam int Every = PopEvery[i*32 +: 32];
    localparam logic [Inputs-1:0] Own = Inputs'(1 << i);
    assign ready_o[i] = advance & (&(valid_i | Own)) & (idle_q == '0) &
        ((Every == 1) | ((Every == Inner) & row_last) | vector_last_o);
`ifndef __ICARUS__
    if (Every != 1 && Every != Inner && Every != Active) begin : gen_bad_pop_every
      $error("em_core: PopEvery = %0d: must be 1, %0d or %0d", Every, Inner, Active);
    end
`endif
  end

  logic emits, emits_last;

  assign emits = ((EmitFrom == 0) | final_row) &
      ((EmitEvery == 1) | ((EmitEvery == Inner) & row_last) | vector_last_o);
  assign emits_last = LastOnAll ? (final_row & last_i[0]) : sequence_last_o;

  // The valid bits of the datapath's registers.
  if (Depth == 0) begin : gen_wires
    assign advance   = ready_i;
    assign advance_o = {Copies{ready_i}};
    assign valid_o   = can_step & emits;
    assign last_o    = emits_last;
  end else begin : gen_registers
    logic [Depth-1:0] valid_q, valid_d, valid_next, last_q;
    logic             moves;

    assign valid_o    = valid_q[Depth-1];
    assign last_o     = last_q[Depth-1];
    assign advance    = ready_i | ~valid_o;
    assign valid_next = Depth'({valid_q, step_o & emits});
    assign valid_d    = advance ? valid_next : valid_q;

    em_register #(.Width(Depth)) u_valid (
      .clk_i, .rst_ni, .data_i(valid_d), .data_o(valid_q)
    );

    always_ff @(posedge clk_i) begin  // of what is not valid it means nothing
      if (advance) last_q <= Depth'({last_q, step_o & emits & emits_last});
    end

    if (!em_tech::StopsIdle) begin : gen_moves
      assign moves = 1'b1;
    end else if (Depth == 1) begin : gen_moves_at_a_step
      assign moves = can_step;
    end else begin : gen_moves_with_steps
      logic [Depth-2:0] steps_q, steps_d;  // that are in the datapath

      assign steps_d = advance ? (Depth-1)'({steps_q, can_step}) : steps_q;
      assign moves   = can_step | (|steps_q);

      em_register #(.Width(Depth - 1)) u_steps (
        .clk_i, .rst_ni, .data_i(steps_d), .data_o(steps_q)
      );
    end

    // Each copy has the last valid bit in a register of its own. What it takes depends on itself,
    // so that Yosys sees no two alike to merge; others are told to keep them.
    if (!Apart) begin : gen_same
      assign advance_o = advance & moves;
    end else begin : gen_copies
      (* keep = "true" *) logic [Copies-1:0] copies_q;
      logic [Copies-1:0] copies_d, takes;

      assign takes     = {Copies{ready_i}} | ~copies_q;
      assign advance_o = takes & {Copies{moves}};

      always_comb begin
        for (int i = 0; i < Copies; i++) begin
          copies_d[i] = takes[i] ? valid_next[Depth-1] : copies_q[i];
        end
      end

      em_register #(.Width(Copies)) u_copies (
        .clk_i, .rst_ni, .data_i(copies_d), .data_o(copies_q)
      );
    end
  end

endmodule
