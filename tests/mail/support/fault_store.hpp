#pragma once
// A store that fails when told to: before a call does anything, or after a commit was done but before its answer came.
#include <functional>
#include <memory>

#include "postern/store/store.hpp"

namespace postern::mail::test {

enum class Fault { none, before, after };

/// Decides about each call, which it is told by name.
using FaultPlan = std::function<Fault(std::string_view call)>;

class FaultStore final : public store::Store {
public:
    explicit FaultStore(store::Store& inner) : inner_(inner) {}

    store::StoreCapabilities capabilities() const override { return inner_.capabilities(); }
    Result<std::unique_ptr<store::StoreSession>> connect() override;
    Result<void> listen(store::ChangeListener listener) override {
        return inner_.listen(std::move(listener));
    }
    void close() override { inner_.close(); }

    FaultPlan plan = [](std::string_view) { return Fault::none; };
    /// Sees what was read of the log before its reader does.
    std::function<void(std::vector<store::ChangeRow>& rows)> after_read_changes = [](auto&) {};

private:
    store::Store& inner_;
};

}  // namespace postern::mail::test
