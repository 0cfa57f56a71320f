#pragma once
// What the tests of submission send, and where to.
#include <memory>
#include <string>
#include <vector>

#include "postern/mail/relay_line.hpp"

namespace postern::submission {

inline const std::string letter =
    "From: anna@example.org\r\nDate: Mon, 02 Nov 2026 10:00:00 +0100\r\nMessage-ID: "
    "<1@example.org>\r\n\r\nBody\r\n";

/// A smart host that answers as a test says.
class FakeHost final : public mail::RelayLines {
public:
    class Line final : public mail::RelayLine {
    public:
        explicit Line(FakeHost& host) : host_(host) {}
        Task<Result<smtp::Reply>> sender(mail::OutgoingMail mail, std::uint64_t) override {
            host_.said.push_back("MAIL " + mail.sender);
            auto reply = host_.on_sender;
            co_return reply;
        }
        Task<Result<smtp::Reply>> recipient(mail::EnvelopeRecipient recipient) override {
            host_.said.push_back("RCPT " + recipient.address);
            auto reply = recipient.address.starts_with("nobody") ? smtp::Reply{550, "5.1.1", "5.1.1 Who?"}
                                                                 : smtp::Reply{250, "", "Ok"};
            co_return reply;
        }
        Task<Result<smtp::Reply>> content(std::shared_ptr<const std::string> content) override {
            host_.contents.push_back(*content);
            auto reply = host_.on_content;
            co_return reply;
        }
        Task<void> close() override {
            ++host_.closed;
            co_return;
        }

    private:
        FakeHost& host_;
    };
    bool has_host(const std::string&) const override { return there; }
    Task<Result<std::unique_ptr<mail::RelayLine>>> open(AccountId, std::string) override {
        if (failure.code != Errc::internal) co_return failure;
        co_return std::unique_ptr<mail::RelayLine>(std::make_unique<Line>(*this));
    }
    /// Of the last message that it took.
    std::string content() const { return contents.empty() ? std::string() : contents.back(); }

    bool there = true;
    Error failure;
    Result<smtp::Reply> on_sender = smtp::Reply{250, "2.1.0", "2.1.0 Ok"};
    Result<smtp::Reply> on_content = smtp::Reply{250, "2.0.0", "2.0.0 queued as 42"};
    std::vector<std::string> said;
    std::vector<std::string> contents;
    int closed = 0;
};

}  // namespace postern::submission
