#include "kernel/config/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

namespace postern::config {

namespace {

/// Deeper nesting is no configuration; the bound keeps a hostile file from exhausting the stack.
constexpr std::size_t max_depth = 64;

/// Builds the tree from yaml-cpp's events: unlike its node API these carry the place of every key.
class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(std::string file, Diagnostics& problems) : file_(std::move(file)), problems_(problems) {}

    ConfigNode root() const { return root_; }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        add_leaf(mark, anchor, ConfigNode::Kind::null, "");
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        // Tag "?" is a plain scalar: an empty or `null` one is no value; a quoted one is text whatever it says.
        const bool null = tag == "?" && (value.empty() || value == "~" || value == "null");
        add_leaf(mark, anchor, null ? ConfigNode::Kind::null : ConfigNode::Kind::scalar, null ? "" : value);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            problems_.error(place(mark), "this alias refers to a value that contains it");
            add(place(mark), ConfigNode());
        } else {
            add(place(mark), found->second);
        }
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, anchor, ConfigNode::Kind::sequence);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, anchor, ConfigNode::Kind::map);
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        std::shared_ptr<ConfigNode::Data> data;
        YAML::anchor_t anchor = 0;
        bool has_key = false;
        std::string key;
        ConfigPlace key_place;
    };

    ConfigPlace place(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

    void add_leaf(const YAML::Mark& mark, YAML::anchor_t anchor, ConfigNode::Kind kind, std::string text) {
        auto data = std::make_shared<ConfigNode::Data>();
        data->kind = kind;
        data->place = place(mark);
        data->scalar = std::move(text);
        ConfigNode node(std::move(data));
        if (anchor != 0) anchors_[anchor] = node;
        add(place(mark), std::move(node));
    }

    void open(const YAML::Mark& mark, YAML::anchor_t anchor, ConfigNode::Kind kind) {
        if (stack_.size() >= max_depth) throw YAML::ParserException(mark, "nested too deeply");
        auto data = std::make_shared<ConfigNode::Data>();
        data->kind = kind;
        data->place = place(mark);
        stack_.push_back({std::move(data), anchor, false, {}, {}});
    }

    void close() {
        Open top = std::move(stack_.back());
        stack_.pop_back();
        const ConfigPlace where = top.data->place;
        ConfigNode node(std::move(top.data));
        if (top.anchor != 0) anchors_[top.anchor] = node;
        add(where, std::move(node));
    }

    void add(const ConfigPlace& where, ConfigNode node) {
        if (stack_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& parent = stack_.back();
        if (parent.data->kind == ConfigNode::Kind::sequence) {
            parent.data->items.push_back(std::move(node));
        } else if (!parent.has_key) {
            take_key(parent, where, node);
        } else {
            add_field(parent, std::move(node));
        }
    }

    void take_key(Open& parent, const ConfigPlace& where, const ConfigNode& node) {
        if (node.kind() != ConfigNode::Kind::scalar) problems_.error(where, "a key must be a single word");
        parent.has_key = true;
        parent.key = node.text();
        parent.key_place = where;
    }

    void add_field(Open& parent, ConfigNode node) {
        parent.has_key = false;
        for (std::size_t i = 0; i < parent.data->fields.size(); ++i) {
            if (parent.data->fields[i].first != parent.key) continue;
            problems_.error(parent.key_place, "`" + parent.key + "` is given twice; first at line " +
                                                  std::to_string(parent.data->field_places[i].line));
            return;
        }
        if (node.kind() == ConfigNode::Kind::null) node = null_at(parent.key_place);
        parent.data->fields.emplace_back(parent.key, std::move(node));
        parent.data->field_places.push_back(parent.key_place);
    }

    /// The parser places an empty value at whatever follows it; people look for it at its key.
    static ConfigNode null_at(const ConfigPlace& where) {
        auto data = std::make_shared<ConfigNode::Data>();
        data->kind = ConfigNode::Kind::null;
        data->place = where;
        return ConfigNode(std::move(data));
    }

    std::string file_;
    Diagnostics& problems_;
    std::vector<Open> stack_;
    std::map<YAML::anchor_t, ConfigNode> anchors_;
    ConfigNode root_;
};

}  // namespace

ConfigNode read_yaml_text(const std::string& text, const std::string& name, Diagnostics& problems) {
    std::istringstream in(text);
    TreeBuilder builder(name, problems);
    try {
        YAML::Parser parser(in);
        if (!parser.HandleNextDocument(builder)) {
            problems.error({name, 1, 1}, "the file is empty");
            return {};
        }
        TreeBuilder second(name, problems);
        if (parser.HandleNextDocument(second)) {
            problems.error(second.root().place(), "a second document (after `---`) is not used; remove it");
        }
    } catch (const YAML::Exception& e) {
        problems.error({name, e.mark.line + 1, e.mark.column + 1}, "this is not valid YAML: " + e.msg);
        return {};
    }
    return builder.root();
}

ConfigNode read_yaml_file(const std::string& path, Diagnostics& problems) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (in) text << in.rdbuf();
    if (!in || in.bad()) {
        problems.error({path, 0, 0}, std::string("cannot be read: ") + std::strerror(errno));
        return {};
    }
    return read_yaml_text(text.str(), path, problems);
}

}  // namespace postern::config
