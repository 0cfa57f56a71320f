#!/usr/bin/env python3
"""tools/check-coroutines finds each forbidden form and accepts the form that replaces it."""
import unittest

from script import load

SCRIPT = load("check-coroutines")

GOOD = {
    "result in a named local": """
        awaitable<void> f(std::string name) {
            auto size = co_await read(std::move(name));
            if (size > 3 && ready()) co_return;
            auto&& line = co_await next();
            co_await write(a && b, flags[3]);
            co_return co_await last();
        }""",
    "binding a named value": """
        awaitable<void> f() {
            auto result = co_await pair();
            auto& [first, second] = result;
            for (auto& [key, value] : table) { co_await visit(key); }
        }""",
    "one in each branch": """
        awaitable<void> f(int n) {
            while (n > 0) {
                if (n == 1) {
                    co_await one();
                } else {
                    co_await many();
                }
            }
            switch (n) {
                case 1: { co_await one(); } break;
                default: co_await many();
            }
            try { co_await one(); } catch (const std::exception& e) { failed = true; }
        }""",
    "lambda coroutine without captures": """
        void g() {
            spawn_leased(plugin, "x", [](std::string name) -> awaitable<void> { co_await run(name); }("y"));
            auto twice = [](int n) -> awaitable<int> { co_return n * 2; };
        }""",
    "capturing lambda that is no coroutine": """
        awaitable<void> f() {
            auto work = [&state, n] { return state.value(n); };
            co_await on_lane(work);
        }""",
    "coroutine beside a capturing lambda": """
        void g() { auto a = [x] { spawn([](int n) -> awaitable<void> { co_return; }(x)); }; }""",
    "class with brace initialisers": """
        class Session : public Base {
        public:
            explicit Session(int n) : n_(n), name_{"x"} { start(); }
            awaitable<Result<int>> run() const {
                Options options{.size = 1, .deep = true};
                std::vector<int> list = {1, 2};
                co_return co_await step(options);
            }
        private:
            int n_{0};
        };""",
    "words in comments and literals": """
        // co_await in if (co_await f()); detached
        const char* text = "co_await detached async_initiate";
        #if defined(A) && defined(B)
        awaitable<void> f() { co_await g(); }
        #endif""",
    "audited wrapper": "void spawn() { co_spawn(e, f(), detached); }  // coroutine-audited: catches all, logs",
    "subscripts and attributes": "[[nodiscard]] awaitable<int> f() { auto x = co_await g(table[i]); co_return x; }",
}

BAD = {
    "two in a statement": ("awaitable<int> f() { auto x = co_await a() + co_await b(); }", "more than one"),
    "condition": ("awaitable<int> f() { if (co_await ready()) { go(); } }", "a condition"),
    "negated condition": ("awaitable<int> f() { if (!(co_await ready())) go(); }", "named local"),
    "while": ("awaitable<int> f() { while (co_await more()) go(); }", "a loop header"),
    "for": ("awaitable<int> f() { for (auto& x : co_await all()) go(x); }", "a loop header"),
    "switch": ("awaitable<int> f() { switch (co_await kind()) { default: break; } }", "a condition"),
    "ternary": ("awaitable<int> f() { auto x = a ? co_await b() : 0; }", "expression with ?"),
    "and": ("awaitable<bool> f() { bool x = a && co_await b(); }", "expression with &&"),
    "or after": ("awaitable<bool> f() { bool x = co_await b() || a; }", "expression with ||"),
    "return of or": ("awaitable<bool> f() { co_return a || co_await b(); }", "expression with ||"),
    "argument": ("awaitable<int> f() { use(co_await b()); }", "call arguments"),
    "macro argument": ("awaitable<int> f() { EXPECT_TRUE(co_await b()); }", "call arguments"),
    "braced initialiser": ("awaitable<int> f() { Point p{co_await x(), 1}; }", "braced initialiser"),
    "braces in the call": ("awaitable<int> f() { co_await g(Options{.n = 1}); }", "braces inside"),
    "bare braces in the call": ("awaitable<int> f() { auto r = co_await g({1, 2}); }", "braces inside"),
    "structured binding": ("awaitable<int> f() { auto [a, b] = co_await g(); }", "structured binding"),
    "reference binding": ("awaitable<int> f() { auto&& [a, b] = co_await g(); }", "structured binding"),
    "capturing coroutine": ("void f() { spawn([&x]() -> awaitable<void> { co_await x.run(); }); }", "with captures"),
    "capture by copy": ("void f() { auto c = [=]() -> awaitable<void> { co_return; }; }", "with captures"),
    "await in a nested block": ("void f() { auto c = [n]() -> awaitable<void> { if (n) { co_await g(); } }; }",
                                "with captures"),
    "capturing argument": ("awaitable<int> f() { co_await lane([x] { return x; }); }", "name it first"),
    "detached": ("void f() { co_spawn(e, g(), boost::asio::detached); }", "spawn_leased"),
    "async_initiate": ("auto f() { return boost::asio::async_initiate<T, S>(i, t); }", "audited wrappers"),
    "inside a good lambda": ("void f() { run([](int n) -> awaitable<void> { use(co_await g(n)); }); }",
                             "call arguments"),
}


class CheckCoroutines(unittest.TestCase):
    def test_good(self):
        for name, text in GOOD.items():
            with self.subTest(name):
                self.assertEqual(SCRIPT.check("x.cpp", text), [])

    def test_bad(self):
        for name, (text, what) in BAD.items():
            with self.subTest(name):
                self.assertIn(what, "\n".join(SCRIPT.check("x.cpp", text)))

    def test_line(self):
        self.assertTrue(SCRIPT.check("a/x.cpp", "\n\nvoid f() { co_spawn(e, g(),\n detached); }")[0].startswith("a/x.cpp:4:"))


unittest.main()
