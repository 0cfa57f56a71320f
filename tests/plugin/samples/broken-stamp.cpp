// Built with another Boost and another C++ level, as its stamp says.
#include "postern/plugin/plugin.hpp"

namespace {

postern::Plugin* create(postern::Host&) {
    return nullptr;
}

constexpr postern_abi_stamp old_stamp() {
    postern_abi_stamp stamp = postern::abi_stamp;
    stamp.boost = "1_74";
    stamp.cplusplus = 201703;
    return stamp;
}
constexpr postern_abi_stamp stamp = old_stamp();

constexpr postern_plugin describe() {
    postern_plugin out = postern::make_descriptor({.id = "broken-stamp"}, &create);
    out.stamp = &stamp;
    return out;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const postern_plugin postern_plugin_v1 = describe();
