// SPDX-License-Identifier: Apache-2.0
// The valid bits of a core's pipeline, Depth registers long. The whole core advances, or stands
// still while its last register holds a beat that nobody takes.
module em_pipe #(
  parameter int unsigned Depth = 1
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic emit_i,     // this cycle's step will give an output beat
  input  logic last_i,     // and that is the last of its sequence
  output logic advance_o,
  output logic valid_o,
  input  logic ready_i,
  output logic last_o
);

  logic [Depth-1:0] valid_q, last_q;

  assign advance_o = ready_i | ~valid_o;
  assign valid_o   = valid_q[Depth-1];
  assign last_o    = last_q[Depth-1];

  if (Depth == 1) begin : gen_one
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        valid_q <= '0;
        last_q  <= '0;
      end else if (advance_o) begin
        valid_q <= emit_i;
        last_q  <= emit_i & last_i;
      end
    end
  end else begin : gen_many
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        valid_q <= '0;
        last_q  <= '0;
      end else if (advance_o) begin
        valid_q <= {valid_q[Depth-2:0], emit_i};
        last_q  <= {last_q[Depth-2:0], emit_i & last_i};
      end
    end
  end

endmodule
