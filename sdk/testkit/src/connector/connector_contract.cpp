#include "postern/testkit/connector_contract.hpp"

#include "connector/connector_case.hpp"

namespace postern::testkit {

namespace {

class ConnectorTest final : public testing::Test {
public:
    ConnectorTest(std::shared_ptr<const ConnectorKit> kit, void (*law)(ConnectorCase&))
        : kit_(std::move(kit)), law_(law) {}

    void TestBody() override {
        ConnectorCase test(*kit_);
        law_(test);
        test.plugin().tear_down();
        test.expect_nothing_left();
    }

private:
    std::shared_ptr<const ConnectorKit> kit_;
    void (*law_)(ConnectorCase&);
};

}  // namespace

bool register_connector_contract(const std::string& name, ConnectorKit kit) {
    const auto shared = std::make_shared<const ConnectorKit>(std::move(kit));
    for (const auto& laws : {plugin_laws(), sign_in_laws(), listing_laws(), fetch_laws(), removal_laws(),
                             ability_laws(), folder_laws(), trouble_laws()}) {
        for (const ConnectorLaw& law : laws) {
            testing::RegisterTest(
                name.c_str(), law.name, nullptr, nullptr, __FILE__, __LINE__,
                [shared, body = law.run]() -> testing::Test* { return new ConnectorTest(shared, body); });
        }
    }
    return true;
}

}  // namespace postern::testkit
