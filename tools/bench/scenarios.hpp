#pragma once
// The scenarios, one function each: it prints a line of results, or throws what it found wrong.

#include "imap.hpp"

namespace mailbench {

void sc_gen();
void sc_fill();
void sc_prep_users();
void sc_lmtp_deliver();
void sc_imap_append();
void sc_imap_login();
void sc_imap_select();
void sc_imap_fetch_flags();
void sc_imap_fetch_envelope();
void sc_imap_fetch_headers();
void sc_imap_fetch_bodies();
void sc_imap_store_flags();
void sc_imap_search_header();
void sc_imap_search_body();
void sc_imap_sort();
void sc_imap_thread();
void sc_imap_qresync();
void sc_imap_idle_latency();
void sc_idle_memory();
void sc_pop3_retr();
void sc_mixed();

/// Signs in as the user of the big mailbox and selects it.
Task<> open_big(Imap& m);
/// Hits of a SEARCH or SORT command; their numbers go to `out` where given.
Task<long> count_search(Imap& m, string crit, vector<uint32_t>* out = nullptr);

}  // namespace mailbench
