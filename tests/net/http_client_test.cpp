#include "postern/net/http_client.hpp"

#include <gtest/gtest.h>

#include "kernel/net/dialer.hpp"
#include "tests/mail/support/loop_runtime.hpp"
#include "tests/support/http_peer.hpp"

namespace postern::http {
namespace {

TEST(Url, Parts) {
    const auto plain = Url::parse("https://login.example.net/oauth2/token?a=b");
    ASSERT_TRUE(plain);
    EXPECT_TRUE(plain->tls);
    EXPECT_EQ(plain->host, "login.example.net");
    EXPECT_EQ(plain->port, 443);
    EXPECT_EQ(plain->target, "/oauth2/token?a=b");
    EXPECT_EQ(plain->authority(), "login.example.net");
    EXPECT_EQ(Url::parse("http://h")->target, "/");
    EXPECT_EQ(Url::parse("http://h?x#y")->target, "/?x");
    EXPECT_EQ(Url::parse("https://[::1]:8443/x")->host, "::1");
    EXPECT_EQ(Url::parse("https://[::1]:8443/x")->authority(), "[::1]:8443");
    EXPECT_EQ(Url::parse("http://h:8080")->authority(), "h:8080");
    for (const auto* bad :
         {"", "h", "ftp://h", "https://", "https://h:0/", "https://h:99999/", "https://h:x/",
          "https://u:p@h/", "https://h/a b", "https://h/\r\nX: y", "https://[::1"}) {
        EXPECT_FALSE(Url::parse(bad)) << bad;
    }
}

TEST(Form, ThereAndBack) {
    const Fields fields = {{"a", "1 & 2=3"}, {"b", "\xc3\xa4%+"}, {"c", ""}};
    EXPECT_EQ(form_encode(fields), "a=1%20%26%202%3D3&b=%C3%A4%25%2B&c=");
    EXPECT_EQ(form_decode(form_encode(fields)), fields);
    EXPECT_EQ(field_of(form_decode("x=1+2&x=3"), "x"), "1 2");
    EXPECT_EQ(field_of(form_decode("%zz=%4&%41=%4"), "A"), "%4");
    EXPECT_EQ(field_of({}, "x"), "");
}

class HttpClient : public testing::Test {
protected:
    Result<Response> ask(const std::string& answer, std::size_t max_body = 1000) {
        peer_ = std::make_unique<test::HttpPeer>(loop_.core(0), [answer](const auto&) { return answer; });
        Request request;
        request.method = "POST";
        request.url = *Url::parse(peer_->url("/x?y"));
        request.headers = {{"Accept", "application/json"}};
        request.body = "a=1";
        request.timeout = std::chrono::seconds(1);
        request.max_body = max_body;
        return loop_.run(send(&dialer_, std::move(request)));
    }
    mail::test::LoopRuntime loop_;
    net::DialerImpl dialer_;
    std::unique_ptr<test::HttpPeer> peer_;
};

TEST_F(HttpClient, AsksAndAnswers) {
    const auto answer = ask(test::json_answer("{}", "429 Too Many", "Retry-After: 7\r\n"));
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer->status, 429U);
    EXPECT_EQ(answer->body, "{}");
    EXPECT_EQ(answer->retry_after, std::chrono::seconds(7));
    const auto& question = peer_->questions().at(0);
    EXPECT_EQ(question.line, "POST /x?y HTTP/1.1");
    EXPECT_NE(question.head.find("\r\nHost: 127.0.0.1:" + std::to_string(peer_->port()) + "\r\n"),
              std::string::npos);
    EXPECT_NE(question.head.find("\r\nAccept: application/json\r\n"), std::string::npos);
    EXPECT_EQ(field_of(question.form, "a"), "1");
}

TEST_F(HttpClient, BodiesOfEveryKind) {
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\n\r\nuntil the end")->body, "until the end");
    EXPECT_EQ(
        ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n")->body,
        "abcde");
    EXPECT_EQ(ask("HTTP/1.1 204 No Content\r\n\r\n")->body, "");
    EXPECT_EQ(ask("HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")->status,
              302U);
}

TEST_F(HttpClient, WhatIsNoAnswer) {
    for (const auto* bad :
         {"220 smtp.example.net ESMTP\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nContent-Length: 5", "\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n"}) {
        const auto answer = ask(bad);
        ASSERT_FALSE(answer) << bad;
        EXPECT_EQ(answer.error().code, Errc::protocol_violation) << bad;
    }
}

TEST_F(HttpClient, NothingIsTakenWithoutABound) {
    const std::string long_body = test::json_answer(std::string(2000, 'x'));
    EXPECT_EQ(ask(long_body).error().code, Errc::protocol_violation);
    EXPECT_EQ(ask("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x')).error().code, Errc::protocol_violation);
    EXPECT_TRUE(ask(long_body, 3000));
    const std::string head = "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'y') + "\r\n\r\n";
    EXPECT_EQ(ask(head).error().code, Errc::protocol_violation);
}

TEST_F(HttpClient, SilenceEnds) {
    EXPECT_EQ(ask("").error().code, Errc::unavailable);
}

TEST_F(HttpClient, NobodyThere) {
    Request request;
    request.url = *Url::parse("http://127.0.0.1:1/");
    EXPECT_EQ(loop_.run(send(&dialer_, std::move(request))).error().code, Errc::unavailable);
}

TEST_F(HttpClient, APeerWithoutTlsIsNotTold) {
    peer_ =
        std::make_unique<test::HttpPeer>(loop_.core(0), [](const auto&) { return "220 no TLS here\r\n"; });
    Request request;
    request.url = *Url::parse("https://127.0.0.1:" + std::to_string(peer_->port()) + "/");
    request.body = "secret=1";
    request.timeout = std::chrono::seconds(1);
    EXPECT_EQ(loop_.run(send(&dialer_, std::move(request))).error().code, Errc::unavailable);
    EXPECT_TRUE(peer_->questions().empty());
}

}  // namespace
}  // namespace postern::http
