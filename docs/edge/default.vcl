# Varnish 7 in front of the site: see docs/edge.md.
#
# Change the three blocks below to suit your machines. The rest fits as it is.

vcl 4.1;

import std;

# Where the site answers.
backend default {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 1s;
    .first_byte_timeout = 60s; # the API holds a request for up to 25 seconds
}

# Who may say what to forget: the machines that the site and its worker run on.
acl purgers {
    "127.0.0.1";
    "::1";
}

# Whose X-Forwarded-Proto is believed: your own proxy for https, in front of Varnish.
acl proxies {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    # One spelling of each host.
    if (req.http.Host ~ "[A-Z]|\.$|:(80|443)$") {
        set req.http.Host = std.tolower(regsub(req.http.Host, "\.?(:(80|443))?$", ""));
    }
    if (client.ip !~ proxies || req.http.X-Forwarded-Proto != "https") {
        set req.http.X-Forwarded-Proto = "http";
    }

    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(403, "Not from there"));
        }
        # With the header: what has one of these tags. Without it: one address.
        if (req.http.Edge-Tags && req.http.Edge-Tags !~ "^[a-z0-9-]+(\|[a-z0-9-]+)*$") {
            return (synth(400, "No such tags"));
        }
        if (req.http.Edge-Tags) {
            set req.http.Ban = "obj.http.Edge-Tags ~ ,(" + req.http.Edge-Tags + "),";
        } else {
            set req.http.Ban = "obj.http.Edge-Address == " + req.http.Host + req.url;
        }
        if (std.ban(req.http.Ban)) {
            return (synth(200, "Forgotten"));
        }
        return (synth(400, std.ban_error()));
    }

    if (req.restarts == 0) {
        unset req.http.Old-Copy;
        unset req.http.Packed;
    } elsif (req.http.Old-Copy == "ask first") {
        set req.grace = 0s;
    } else {
        set req.grace = 1w; # as long as the copy itself allows
    }

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Someone who is signed in, or has a token.
    if (req.http.Authorization || req.http.Cookie ~ "(^|;) *(sessionid|csrftoken)=") {
        return (pass);
    }
    unset req.http.Cookie; # the site sets no others
    # The editor. Files, whose downloads the site counts. What waits for news.
    if (req.url ~ "^/(admin|documents|collections|preview|sign-up|api/content/v1/sync)/|^[^?]*/download/") {
        return (pass);
    }

    # What campaigns add to addresses. The site ignores it; the APIs refuse it.
    if (req.url ~ "\?" && req.url !~ "^/api/") {
        set req.url = regsuball(req.url,
            "([?&])((utm_|mtm_|pk_)[a-z_]+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|twclid|igshid|mc_cid|mc_eid|_ga|_gl)=[^&]*", "\1");
        set req.url = regsub(regsuball(req.url, "&&+", "&"), "(\?)&+", "\1");
        set req.url = regsub(req.url, "[?&]+$", "");
    }

    # The site packs its answers. Each form is kept by itself, and nothing is unpacked here.
    if (req.restarts == 0) {
        if (req.http.Accept-Encoding ~ "(?i)\bbr\b(?! *; *q=0)") {
            set req.http.Packed = "br";
        } elsif (req.http.Accept-Encoding ~ "(?i)\bgzip\b(?! *; *q=0)") {
            set req.http.Packed = "gzip";
        }
    }
    return (hash);
}

sub vcl_hash {
    hash_data(req.http.X-Forwarded-Proto);
    hash_data(req.http.Packed);
    # And, as Varnish does it, by address and host.
}

sub vcl_hit {
    # An old copy may be given while a new one is fetched, for as long as it says itself.
    # After that only when the site does not answer, and never when this has been asked.
    if (obj.ttl < 0s && !req.http.Old-Copy && obj.ttl + std.duration(regsub(obj.http.Cache-Control,
            "^.*stale-while-revalidate=(\d+).*$", "\1") + "s", 0s) < 0s) {
        set req.http.Old-Copy = "ask first";
        return (restart);
    }
}

sub vcl_backend_fetch {
    if (!bereq.uncacheable) {
        if (bereq.http.Packed) {
            set bereq.http.Accept-Encoding = bereq.http.Packed;
        } else {
            unset bereq.http.Accept-Encoding;
        }
    }
    unset bereq.http.Packed;
    unset bereq.http.Old-Copy;
}

sub vcl_backend_response {
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon); # and keep the old copy
    }
    set beresp.grace = std.duration(regsub(beresp.http.Cache-Control,
        "^.*stale-if-error=(\d+).*$", "\1") + "s", 0s);
    # Other caches are not told what to forget. It is taken out here, once for all readers.
    if (beresp.http.Cache-Control ~ "stale-if-error") {
        set beresp.http.Cache-Control = regsub(beresp.http.Cache-Control,
            ", stale-if-error=\d+", "");
    }
    # Files whose content never changes under their names. Pictures have tags of their own,
    # for they may go with their page; they are kept so that the site need only say that they
    # are still the same.
    if (beresp.http.Cache-Control ~ "immutable") {
        if (beresp.http.Edge-Tags) {
            set beresp.keep = 1d;
        } else {
            set beresp.http.Edge-Tags = ",all,";
            set beresp.ttl = 1d;
        }
    }
    # The site says what may be kept. All else goes through, and nobody waits for it.
    if (beresp.status != 200 || !beresp.http.Edge-Tags || beresp.http.Set-Cookie
        || beresp.http.Cache-Control ~ "(private|no-store|no-cache)" || beresp.ttl <= 0s) {
        set beresp.uncacheable = true;
        set beresp.ttl = 10s;
        set beresp.grace = 0s;
        return (deliver);
    }
    set beresp.http.Edge-Address = bereq.http.Host + bereq.url;
    # What anyone can make up can't push out the pages.
    if (bereq.url ~ "\?" || bereq.http.Origin || beresp.http.Cache-Control ~ "immutable") {
        set beresp.storage = storage.others;
    }
    return (deliver);
}

sub vcl_backend_error {
    set beresp.http.Content-Type = "text/plain; charset=utf-8";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Retry-After = "30";
    set beresp.body = "The site can't be reached just now. Please try again in a minute.";
    return (deliver);
}

sub vcl_deliver {
    if (resp.status >= 500 && req.http.Old-Copy == "ask first") {
        set req.http.Old-Copy = "take it";
        return (restart);
    }
    # `hit`, `miss`, `stale` and `bypass` are the word of the site's own cache.
    if (obj.hits > 0) {
        set resp.http.X-Cache = "edge";
        if (obj.ttl < 0s) {
            set resp.http.X-Cache = "edge-stale";
        }
    }
    unset resp.http.Edge-Tags;
    unset resp.http.Edge-Address;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
}

sub vcl_synth {
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    set resp.body = resp.reason;
    return (deliver);
}
