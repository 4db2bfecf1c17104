// SPDX-License-Identifier: Apache-2.0
// Vision transformers as a program (Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021, with
// norms in front). For the vectors x_t of L:
//
//   x = embed(vector)             with a bias for every vector; of a patch, or behind model.layers
//   for each block:
//     n = norm(x)
//     a = attention of `heads` heads over all vectors of q_proj n, k_proj n, v_proj n
//     x = x + out_proj(a)
//     x = x + mlp_out(activation(mlp_in(norm(x))))             E * D numbers inside
//   head over all vectors of norm(x)
//
// Norms are those of a Mamba (net/mamba.h). The last matrix of every residual branch starts at a
// tenth, without which some seeds do not train.
//
// With layers (net/layers.h) in front it begins with convolutions (Xiao et al., "Early Convolutions
// Help Transformers See Better", 2021); their grid's places are then the vectors.
//
// Operations are called layers.I.*, embed, blocks.I.{attention_norm, q_proj, k_proj, v_proj,
// attention, out_proj, attention_residual, mlp_norm, mlp_in, mlp_activation, mlp_out,
// mlp_residual}, head.{norm, pool, hidden, out}.
#pragma once

#include <string>

#include "net/network.h"

namespace emamba {

// Throws as add_layers() does, and for a single vector.
Network build_vit(const std::string& name, const ModelSpec& model, const Input& input, int outputs);
// Throws Error as check() does.
void check_vit(const ModelSpec& model, const Input& input, const std::string& source);

}  // namespace emamba
