// The fields of the kernels' args, as the constants that shaders declare.
#include <cstring>

#include "gpu/program_writer.hpp"

namespace convolab::gpu {

namespace {

// Whole numbers, flags, enumerations and floats alike: all are exact as doubles here.
struct Field : Constant {
  template <class T>
  Field(std::string_view field, T number) : Constant{field, static_cast<double>(number)} {}
};
using Fields = std::vector<Field>;

Fields fields(const Pad2dArgs& a) {
  // A border of -infinity is no number that a constant may be.
  std::uint32_t bits = 0;
  std::memcpy(&bits, &a.value, sizeof bits);
  return {{"batch", a.batch},   {"channels", a.channels}, {"in_h", a.in_h},
          {"in_w", a.in_w},     {"top", a.top},           {"left", a.left},
          {"mode", a.mode},     {"out_h", a.out_h()},     {"out_w", a.out_w()},
          {"value_bits", bits}, {"accumulate", a.write}};
}

Fields fields(const Conv2dArgs& a) {
  return {{"batch", a.batch},
          {"in_channels", a.in_channels},
          {"in_h", a.in_h},
          {"in_w", a.in_w},
          {"out_channels", a.out_channels},
          {"out_h", a.out_h},
          {"out_w", a.out_w},
          {"kernel_h", a.kernel_h},
          {"kernel_w", a.kernel_w},
          {"stride_h", a.stride_h},
          {"stride_w", a.stride_w},
          {"dilation_h", a.dilation_h},
          {"dilation_w", a.dilation_w},
          {"groups", a.groups},
          {"activation", a.activation},
          {"negative_slope", a.negative_slope},
          {"accumulate", a.write}};
}

Fields fields(const LinearArgs& a) {
  return {{"batch", a.batch},
          {"in_features", a.in_features},
          {"out_features", a.out_features},
          {"activation", a.activation},
          {"negative_slope", a.negative_slope},
          {"accumulate", a.write}};
}

Fields fields(const MaxPool2dArgs& a) {
  return {{"batch", a.batch},       {"channels", a.channels},     {"in_h", a.in_h},
          {"in_w", a.in_w},         {"out_h", a.out_h},           {"out_w", a.out_w},
          {"kernel_h", a.kernel_h}, {"kernel_w", a.kernel_w},     {"stride_h", a.stride_h},
          {"stride_w", a.stride_w}, {"dilation_h", a.dilation_h}, {"dilation_w", a.dilation_w},
          {"accumulate", a.write}};
}

Fields fields(const AvgPool2dArgs& a) {
  return {{"batch", a.batch},
          {"channels", a.channels},
          {"in_h", a.in_h},
          {"in_w", a.in_w},
          {"out_h", a.out_h},
          {"out_w", a.out_w},
          {"kernel_h", a.kernel_h},
          {"kernel_w", a.kernel_w},
          {"stride_h", a.stride_h},
          {"stride_w", a.stride_w},
          {"pad_top", a.pad_top},
          {"pad_left", a.pad_left},
          {"image_h", a.image_h},
          {"image_w", a.image_w},
          {"pad_bottom", a.pad_bottom},
          {"pad_right", a.pad_right},
          {"count_include_pad", a.count_include_pad},
          {"divisor_override", a.divisor_override},
          {"accumulate", a.write}};
}

Fields fields(const AdaptiveAvgPool2dArgs& a) {
  return {{"batch", a.batch}, {"channels", a.channels}, {"in_h", a.in_h},       {"in_w", a.in_w},
          {"out_h", a.out_h}, {"out_w", a.out_w},       {"accumulate", a.write}};
}

Fields fields(const ActivationArgs& a) {
  return {{"elements", a.elements},
          {"kind", a.kind},
          {"negative_slope", a.negative_slope},
          {"accumulate", a.write}};
}

Fields fields(const SoftmaxArgs& a) {
  return {{"channels", a.channels}, {"inner", a.inner}, {"accumulate", a.write}};
}

Fields fields(const BatchNorm2dArgs& a) {
  return {{"channels", a.channels},
          {"inner", a.inner},
          {"eps", a.eps},
          {"momentum", a.momentum},
          {"accumulate", a.write}};
}

Fields fields(const DropoutArgs& a) {
  return {{"elements", a.elements}, {"p", a.p}, {"lane", a.lane}, {"accumulate", a.write}};
}

Fields fields(const CopyArgs& a) {
  return {{"elements", a.elements},
          {"from_element", a.from},
          {"to_element", a.to},
          {"accumulate", a.write}};
}

Fields fields(const CrossEntropyArgs& a) { return {{"classes", a.classes}, {"batch", a.batch}}; }

Fields fields(const MseArgs& a) { return {{"features", a.features}, {"batch", a.batch}}; }

Fields fields(const MetricsArgs& a) { return {{"classes", a.classes}, {"batch", a.batch}}; }

Fields fields(const SgdArgs& a) {
  return {{"elements", a.elements},
          {"momentum", a.momentum},
          {"weight_decay", a.weight_decay},
          {"nesterov", a.nesterov}};
}

Fields fields(const RmsPropArgs& a) {
  return {{"elements", a.elements},
          {"alpha", a.alpha},
          {"eps", a.eps},
          {"momentum", a.momentum},
          {"weight_decay", a.weight_decay}};
}

Fields fields(const AdamArgs& a) {
  return {{"elements", a.elements},
          {"beta1", a.beta1},
          {"beta2", a.beta2},
          {"eps", a.eps},
          {"weight_decay", a.weight_decay},
          {"decoupled", a.decoupled}};
}

}  // namespace

std::vector<Constant> constants_of(const KernelArgs& args) {
  const Fields all = std::visit([](const auto& a) { return fields(a); }, args);
  return {all.begin(), all.end()};
}

}  // namespace convolab::gpu
