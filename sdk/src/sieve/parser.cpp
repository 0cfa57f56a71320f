#include "lexer.hpp"
#include "postern/mime/decode.hpp"

namespace postern::sieve {

namespace {

class Parser {
public:
    Parser(std::string_view script, const SyntaxLimits& limits) : lexer_(script), limits_(limits) { shift(); }

    Tree run() {
        Tree tree;
        while (!fault_ && token_.kind != Token::Kind::end) tree.commands.push_back(command(1));
        tree.fault = std::move(fault_);
        if (tree.fault) tree.commands.clear();
        return tree;
    }

private:
    void shift() {
        token_ = lexer_.next();
        if (token_.kind == Token::Kind::fault) fail(token_.place, token_.text);
    }
    void fail(Place place, std::string text) {
        if (!fault_) fault_ = Fault{place, std::move(text)};
    }
    bool is(char symbol) const { return token_.kind == Token::Kind::symbol && token_.symbol == symbol; }
    bool take(char symbol) {
        if (fault_ || !is(symbol)) return false;
        shift();
        return true;
    }
    void expect(char symbol, const char* after) {
        if (take(symbol)) return;
        fail(token_.place, std::string("'") + symbol + "' is missing after " + after);
    }
    /// Counts something of the tree.
    bool count(std::size_t depth) {
        if (depth > limits_.depth) fail(token_.place, "the script is nested too deeply");
        if (++items_ > limits_.items) fail(token_.place, "the script is too long");
        return !fault_;
    }

    Node command(std::size_t depth) {
        Node node;
        if (!head(node, depth, "a command")) return node;
        if (is('{')) {
            block(node, depth);
        } else {
            expect(';', "the command");
        }
        return node;
    }
    bool head(Node& node, std::size_t depth, const char* what) {
        if (!count(depth)) return false;
        if (token_.kind != Token::Kind::identifier) {
            fail(token_.place, std::string(what) + " is missing here");
            return false;
        }
        node.name = token_.text;
        node.place = token_.place;
        shift();
        arguments(node, depth);
        return !fault_;
    }
    void block(Node& node, std::size_t depth) {
        node.has_block = true;
        const Place begin = token_.place;
        shift();
        while (!fault_ && !is('}')) {
            if (token_.kind == Token::Kind::end) return fail(begin, "this block does not end");
            node.block.push_back(command(depth + 1));
        }
        take('}');
    }
    void arguments(Node& node, std::size_t depth) {
        while (!fault_) {
            if (token_.kind == Token::Kind::identifier) {
                node.tests.push_back(test(depth + 1));
                return;
            }
            if (is('(')) return test_list(node, depth);
            if (!argument(node, depth)) return;
        }
    }
    bool argument(Node& node, std::size_t depth) {
        Argument out;
        out.place = token_.place;
        switch (token_.kind) {
            case Token::Kind::number:
                out.kind = Argument::Kind::number;
                out.number = token_.number;
                shift();
                break;
            case Token::Kind::tag:
                out.kind = Argument::Kind::tag;
                out.tag = token_.text;
                shift();
                break;
            case Token::Kind::string:
                out.kind = Argument::Kind::string;
                out.strings.push_back({std::move(token_.text), token_.place});
                shift();
                break;
            default:
                if (!is('[')) return false;
                string_list(out, depth);
        }
        node.arguments.push_back(std::move(out));
        return count(depth);
    }
    void string_list(Argument& out, std::size_t depth) {
        out.kind = Argument::Kind::string_list;
        shift();
        do {
            if (fault_) return;
            if (token_.kind != Token::Kind::string) return fail(token_.place, "a string is missing here");
            if (!count(depth)) return;
            out.strings.push_back({std::move(token_.text), token_.place});
            shift();
        } while (take(','));
        expect(']', "the list of strings");
    }
    Node test(std::size_t depth) {
        Node node;
        head(node, depth, "a test");
        return node;
    }
    void test_list(Node& node, std::size_t depth) {
        node.test_list = true;
        shift();
        do {
            node.tests.push_back(test(depth + 1));
        } while (take(','));
        expect(')', "the list of tests");
    }

    Lexer lexer_;
    const SyntaxLimits& limits_;
    Token token_;
    std::size_t items_ = 0;
    std::optional<Fault> fault_;
};

}  // namespace

std::string Fault::to_string() const {
    return "line " + std::to_string(place.line) + ", column " + std::to_string(place.column) + ": " + text;
}

Tree parse(std::string_view script, const SyntaxLimits& limits) {
    Tree tree;
    if (script.size() > limits.octets) {
        tree.fault = Fault{{}, "the script is longer than " + std::to_string(limits.octets) + " octets"};
    } else if (!mime::is_utf8(script)) {
        tree.fault = Fault{{}, "the script is not UTF-8"};
    } else if (script.find('\0') != std::string_view::npos) {
        tree.fault = Fault{{}, "the script has a NUL"};
    } else {
        tree = Parser(script, limits).run();
    }
    return tree;
}

}  // namespace postern::sieve
