#include "status_items.hpp"

namespace postern::imap {

void DeletedStorageItem::write(const StatusSource& source, ResponseWriter& out) {
    std::uint64_t octets = 0;
    if (source.mailbox != nullptr && source.info.deleted > 0) {
        const mail::Columns columns = source.mailbox->columns();
        for (mail::Slot slot = 0; slot < source.mailbox->slot_count(); ++slot) {
            if (columns.is_alive(slot) && (columns.flags[slot] & mail::deleted) != 0)
                octets += columns.size[slot];
        }
    }
    out.atom("DELETED-STORAGE").number(octets);
}

}  // namespace postern::imap
