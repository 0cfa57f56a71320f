// Names, versions, transactions and sealing of the registries.
#include "kernel/plugin/registry_table.hpp"

#include <gtest/gtest.h>

namespace postern::plugin {
namespace {

struct Thing {
    static constexpr InterfaceId interface_id{"test.thing", 1, 1};
};
struct NewerThing {
    static constexpr InterfaceId interface_id{"test.thing", 1, 2};
};
struct OtherThing {
    static constexpr InterfaceId interface_id{"test.thing", 2, 0};
};

TEST(RegistryTable, NamesIgnoreCaseAndKeepOrder) {
    RegistryTable table;
    Thing first;
    Thing second;
    RegistryTable::Transaction transaction(table, "p");
    transaction.add<Thing>("Zeta", first);
    transaction.add<Thing>("alpha", second);
    EXPECT_EQ(table.find<Thing>("zeta"), nullptr) << "nothing shows before the commit";
    ASSERT_TRUE(transaction.commit());
    EXPECT_EQ(table.find<Thing>("zETA"), &first);
    const auto all = table.all<Thing>();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "Zeta");
    EXPECT_EQ(all[0].plugin, "p");
    EXPECT_EQ(all[1].object, &second);
}

TEST(RegistryTable, VersionsDecideWhatIsSeen) {
    RegistryTable table;
    Thing thing;
    table.provide(thing);
    EXPECT_EQ(table.find<Thing>(), &thing);
    EXPECT_EQ(table.find<NewerThing>(), nullptr);
    EXPECT_EQ(table.find<OtherThing>(), nullptr);
    EXPECT_TRUE(table.all<NewerThing>().empty());
    OtherThing other;
    RegistryTable::Transaction transaction(table, "p");
    transaction.provide(other);
    EXPECT_TRUE(transaction.commit()) << "another major is another interface";
    EXPECT_EQ(table.find<OtherThing>(), &other);
}

TEST(RegistryTable, ANameTwiceInOnePluginIsItsOwnMistake) {
    RegistryTable table;
    Thing thing;
    RegistryTable::Transaction transaction(table, "p");
    transaction.add<Thing>("x", thing);
    transaction.add<Thing>("X", thing);
    const auto committed = transaction.commit();
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().text, "offers `X` of interface `test.thing`, which it has offered already");
    EXPECT_EQ(table.find<Thing>("x"), nullptr);
}

TEST(RegistryTable, SealedMeansSealed) {
    RegistryTable table;
    Thing thing;
    table.seal();
    EXPECT_THROW(table.provide(thing), std::logic_error);
    EXPECT_THROW(RegistryTable::Transaction(table, "p"), std::logic_error);
}

}  // namespace
}  // namespace postern::plugin
