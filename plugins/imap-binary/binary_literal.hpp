#pragma once
#include <string>

#include "postern/imap/ext/append_source.hpp"
#include "postern/result.hpp"

namespace postern::imap {

/// Messages with NUL octets cannot be told as BODY[...]: their binary parts become base64 when they come in, as section
/// 4.4 of RFC 3516 allows. Messages without NUL are stored as they are.
class BinaryMessages final : public AppendFilter {
public:
    Result<void> apply(Session& session, std::shared_ptr<const std::string>& message) override;
};

/// `message` with every binary part that holds NUL in base64. unsupported ([UNKNOWN-CTE]): there is a NUL elsewhere.
Result<std::string> encode_binary_parts(const std::string& message);

}  // namespace postern::imap
