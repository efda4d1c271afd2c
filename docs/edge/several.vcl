# Several web processes, on one machine or on several, behind one Varnish: see
# docs/operations.md. default.vcl has all the rest, and stays as it is.

vcl 4.1;

import directors;

# Before those of default.vcl, which have the last word.
sub vcl_backend_response {
    # While one release follows another, a style or script may be known to the other process.
    if (beresp.status == 404 && bereq.url ~ "^/static/" && bereq.retries == 0) {
        return (retry);
    }
}

sub vcl_backend_error {
    # It went while it was asked. What only reads may be asked of another, and of more than
    # one, as a machine may go with all that are on it. What takes long is not begun again.
    if (bereq.retries < 3 && bereq.method ~ "^(GET|HEAD)$" && now - bereq.time < 5s) {
        return (retry);
    }
}

include "/etc/varnish/default.vcl";

# Any process of the site can answer any request. One that does not answer gets none. It is
# not asked whether it is ready: while the database is away, each still has pages. The backend
# of default.vcl is not asked here.
probe alive {
    .url = "/health/live/";
    .interval = 2s;
    .timeout = 2s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
}

# One block for each process; and a line below.
backend first {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 1s;
    .first_byte_timeout = 60s;
    .probe = alive;
}

backend second {
    .host = "127.0.0.1";
    .port = "8001";
    .connect_timeout = 1s;
    .first_byte_timeout = 60s;
    .probe = alive;
}

sub vcl_init {
    new site = directors.round_robin();
    site.add_backend(first);
    site.add_backend(second);
}

sub vcl_backend_fetch {
    set bereq.backend = site.backend();
}
