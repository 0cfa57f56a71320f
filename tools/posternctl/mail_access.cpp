#include "tools/posternctl/mail_access.hpp"

namespace posternctl {

using namespace postern;

MailAccess::MailAccess(StoreAccess& access) : runtime_(*access.setup.runtime) {
    runtime_.open_lane(LaneKind::store, 2, 1000);
    runtime_.open_lane(LaneKind::cpu, 1, 1000);
    runtime_.start();
    facade_ = runtime_.facade(std::make_shared<runtime::LeaseLedger>(), *access.log);
    service_ = std::make_unique<mail::MailServiceImpl>(*facade_, *access.store, *access.log,
                                                       mail::MailOptions{}, std::vector<mail::StoreGuard*>{});
}

MailAccess::~MailAccess() {
    runtime_.stop();
}

Result<void> MailAccess::open(AccountId account) {
    home_ = facade_->core_of(value_of(account));
    auto opened = runtime::run_and_wait(home_, service_->open(account));
    if (!opened) return opened.error();
    account_ = std::move(*opened);
    return {};
}

}  // namespace posternctl
