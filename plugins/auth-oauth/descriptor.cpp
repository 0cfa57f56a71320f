// Signing in with access tokens of an authorization server: OAUTHBEARER (RFC 7628) and XOAUTH2.
#include "auth-oauth/plugin.hpp"

POSTERN_PLUGIN(
    postern::oauth::OauthPlugin,
    {.id = "auth-oauth",
     .summary = "OAUTHBEARER (RFC 7628), XOAUTH2: tokens are judged by introspection (RFC 7662)",
     .config_schema =
         "introspection: string  URL of the authorization server's endpoint\n"
         "client_id: string  who we are to it (none)\n"
         "client_secret: string  and our password with it (none)\n"
         "ca_file: string  PEM; these authorities are trusted and no others (the system's)\n"
         "login: string  the member of its answer that names the account (username)\n"
         "scope: string  that a token must have (any)\n"
         "audience: string  that a token must be meant for (any)\n"
         "configuration: string  URL of the OpenID configuration that refused clients are told (none)\n"
         "cache: duration  so long an answer holds (1m)\n"});
