#pragma once
// Which of the registered SASL mechanisms this server offers.
#include <string_view>

#include "postern/export.hpp"
#include "postern/plugin/registry.hpp"

namespace postern {

/// Asked by whoever collects mechanisms; where nobody provides one, all are offered. Provided by the kernel
/// (`auth.mechanisms`). Any thread.
class POSTERN_SDK SaslPolicy {
public:
    static constexpr InterfaceId interface_id{"postern.auth.sasl_policy", 1, 0};
    virtual ~SaslPolicy();
    /// `mechanism` in any case.
    virtual bool allows(std::string_view mechanism) const = 0;
};

}  // namespace postern
