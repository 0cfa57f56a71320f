#pragma once
// Compression to a raw DEFLATE stream (RFC 1951). No I/O.
#include <memory>
#include <string>
#include <string_view>

namespace postern::imap {

class Deflater {
public:
    Deflater();
    ~Deflater();

    /// Appends to `out` what comes out so far; the rest waits for more, or for flush().
    void compress(std::string_view data, std::string& out);
    /// Appends what is left: the peer can read everything now. Nothing if there was nothing since the last time.
    void flush(std::string& out);
    /// After flush(): gives the memory back (a quarter of a megabyte) but for the last octets, which later ones often
    /// repeat.
    void release();

private:
    struct State;
    void start();
    void run(int mode, std::string& out);

    std::unique_ptr<State> state_;
    std::string history_;
    bool unflushed_ = false;
};

}  // namespace postern::imap
