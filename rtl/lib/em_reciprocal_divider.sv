// SPDX-License-Identifier: Apache-2.0
// 1 / (D * range) for range normalisation (docs/arithmetic.md, section 6), divided bit by bit:
// {range, sum} becomes {reciprocal, sum} in em_pkg::divider_steps(D) cycles,
// reciprocal = floor((2^(f+1) + D * range) / (2 * D * range)); 0 for range 0.
module em_reciprocal_divider #(
  parameter int Width = 20,  // D
  localparam int SumBits = em_pkg::sum_bits(Width),
  localparam int ReciprocalBits = em_pkg::ReciprocalBits
) (
  input  logic                              clk_i,
  input  logic                              rst_ni,
  input  logic                              valid_i,
  output logic                              ready_o,
  input  logic [8+SumBits-1:0]              data_i,  // {range, sum}
  input  logic                              last_i,
  output logic                              valid_o,
  input  logic                              ready_i,
  output logic [ReciprocalBits+SumBits-1:0] data_o,  // {reciprocal, sum}
  output logic                              last_o
);

`ifndef __ICARUS__
  if (Width < 1 || Width > 1024) begin : gen_bad_width
    $error("em_reciprocal_divider: Width = %0d: must be 1 .. 1024", Width);
  end
`endif

  localparam int Steps = em_pkg::divider_steps(Width);
  localparam int DivisorBits = SumBits + 1;  // of 2 * D * range
  localparam int StepBits = em_pkg::index_bits(Steps);

  logic                step, unused_context, unused_context_done;
  logic [4:0]          unused;
  logic [StepBits-1:0] index, unused_address;

  em_core #(
    .Active   (Steps),
    .PopEvery (Steps),
    .EmitEvery(Steps)
  ) u_core (
    .clk_i, .rst_ni,
    .valid_i, .ready_o, .last_i,
    .valid_o, .ready_i, .last_o,
    .advance_o(unused[0]), .step_o(step),
    .inner_o(index), .address_o(unused_address),
    .first_row_o(unused[1]), .first_vector_o(unused[2]),
    .vector_last_o(unused[3]), .sequence_last_o(unused[4]),
    .context_o(unused_context), .context_done_o(unused_context_done)
  );

  // D * range by shifts and additions: D is a constant.
  logic [DivisorBits-1:0] product, divisor;
  logic [Steps-1:0]       dividend;

  always_comb begin
    product = '0;
    for (int b = 0; b < 32; b++) begin
      if (((Width >> b) & 1) == 1) begin
        product = product + (DivisorBits'(data_i[SumBits +: 8]) << b);
      end
    end
  end

  assign divisor  = product << 1;
  assign dividend = (Steps'(1) << (Steps - 1)) + Steps'(product);

  // Schoolbook division, the highest bit of the dividend first.
  logic [DivisorBits-1:0]    remainder_d, remainder_q, remainder_before;
  logic [DivisorBits:0]      trial;
  logic [ReciprocalBits-1:0] quotient_d, quotient_q;
  logic [ReciprocalBits-2:0] quotient_before;
  logic                      fits;
  logic [SumBits-1:0]        sum_q;

  assign remainder_before = (index == '0) ? '0 : remainder_q;
  assign quotient_before  = (index == '0) ? '0 : quotient_q[ReciprocalBits-2:0];
  assign trial            = {remainder_before, dividend[StepBits'(Steps - 1) - index]};
  assign fits             = (trial >= {1'b0, divisor}) & (divisor != '0);
  assign remainder_d      = fits ? DivisorBits'(trial - {1'b0, divisor}) : trial[DivisorBits-1:0];
  assign quotient_d       = {quotient_before, fits};

  always_ff @(posedge clk_i) begin
    if (step) begin
      remainder_q <= remainder_d;
      quotient_q  <= quotient_d;
      sum_q       <= data_i[SumBits-1:0];
    end
  end

  assign data_o = {quotient_q, sum_q};

endmodule
