#include "postern/testkit/store_contract.hpp"

#include "store/store_case.hpp"

namespace postern::testkit {

namespace {

class ContractTest final : public testing::Test {
public:
    ContractTest(MakeStoreHarness make, void (*run)(StoreCase&)) : make_(std::move(make)), run_(run) {}

    void TestBody() override {
        const auto harness = make_();
        StoreCase state(*harness);
        run_(state);
    }

private:
    MakeStoreHarness make_;
    void (*run_)(StoreCase&);
};

}  // namespace

bool register_store_contract(const std::string& name, MakeStoreHarness make) {
    for (const auto& cases :
         {account_cases(), mailbox_cases(), transaction_cases(), content_cases(), log_cases(),
          receipt_cases(), source_cases(), detail_cases(), concurrency_cases(), maintenance_cases()}) {
        for (const Case& item : cases) {
            testing::RegisterTest(
                name.c_str(), item.name, nullptr, nullptr, __FILE__, __LINE__,
                [make, run = item.run]() -> testing::Test* { return new ContractTest(make, run); });
        }
    }
    return true;
}

}  // namespace postern::testkit
