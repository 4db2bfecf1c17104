// SPDX-License-Identifier: Apache-2.0
// Synthesis for a job, with what tells its results apart.
#include "flow/synth.h"

#include "base/error.h"
#include "flow/emit.h"
#include "flow/estimate.h"
#include "flow/verify.h"
#include "synth/asic.h"
#include "synth/cell_model.h"
#include "synth/energy.h"
#include "synth/fpga.h"
#include "synth/netlist.h"
#include "target/estimate.h"

namespace emamba {

using nlohmann::json;

json synth_stage(const Job& job, const Plan& plan, const std::string& folder, int jobs) {
  const Device& device = device_of(job);
  const FpgaResult fpga =
      synthesise_fpga(plan, *device.family, folder, {.jobs = jobs}, job.progress("synth"));
  json result = to_json(fpga);
  result["device"] = use_json(device, fpga.total());
  result["design"] = design_hash(plan);
  write_result(job, "synth.json", result);
  return result;
}

json asic_stage(const Job& job, const Plan& plan, const AsicTarget& target,
                const std::string& folder, int jobs) {
  json result =
      to_json(synthesise_asic(plan, target, folder, {.jobs = jobs}, job.progress("synth")));
  result["design"] = design_hash(plan);
  write_result(job, "asic.json", result);
  return result;
}

json energy_stage(const Job& job, const Plan& plan, const Program& program,
                  const AsicTarget& target, const std::string& folder,
                  const std::vector<Tensor<std::int32_t>>& frames, double wire_ff, int jobs) {
  const AsicResult asic =
      synthesise_asic(plan, target, folder, {.jobs = jobs}, job.progress("synth"));
  const CellModels models = read_cell_models(read_liberty_files(target.corners.front().files));
  json result =
      energy_json(asic, measure_energy(plan, Golden(program), asic, models, frames,
                                       wire_ff * 1e-15 / models.farad, job.progress("energy")));
  result["wire_ff"] = wire_ff;
  result["design"] = design_hash(plan);
  write_result(job, "energy.json", result);
  return result;
}

void require_same_answers(const json& energy) {
  const auto wrong = energy.at("mismatches").get<std::int64_t>();
  if (wrong == 0) return;
  throw Error(fmt::format("{} of {} values of the netlist are not golden's", wrong,
                          energy.at("values_checked").get<std::int64_t>()),
              "`emamba verify` says whether the RTL is right already", ErrorKind::kMismatch);
}

json netlist_stage(const Job& job, const Plan& plan, const Program& program,
                   const std::string& folder, const std::vector<Tensor<std::int32_t>>& frames,
                   json synth) {
  const NetlistResult netlist = verify_netlist(plan, folder, Golden(program), frames,
                                               {.threads = job.threads}, job.progress("netlist"));
  synth["netlist"] = to_json(netlist);
  if (netlist.verified.first) {
    synth["netlist"]["first_mismatch"] = to_json(*netlist.verified.first);
  }
  write_result(job, "synth.json", synth);
  return synth;
}

void require_netlist_verified(const json& synth) {
  const json& netlist = synth.at("netlist");
  if (netlist.at("passed").get<bool>()) return;
  const std::string hint = "`emamba verify` says whether the RTL is right already";
  if (!netlist.contains("first_mismatch")) {
    throw Error("the netlist does not keep the planned cycles", hint, ErrorKind::kMismatch);
  }
  const json& m = netlist.at("first_mismatch");
  const auto number = [&](const char* key) { return m.at(key).get<std::int64_t>(); };
  throw Error(fmt::format("the netlist's {}, frame {}, channel {}: expected {}, got {} ({})",
                          m.at("edge").get<std::string>(), number("frame"), number("channel"),
                          number("expected"), number("got"), m.at("traffic").get<std::string>()),
              hint, ErrorKind::kMismatch);
}

}  // namespace emamba
