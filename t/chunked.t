use lib 't/lib';
use Test::ChatOps;

# GitLab behind a proxy that does not know the length of what it sends: the
# filter for server side includes takes the length away.

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: answers without a length, in chunks, are as good as others
--- gitlab_upstream chomp: 127.0.0.1:$TEST_NGINX_RAND_PORT_1
--- chatops_http
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;

        location / {
            proxy_pass        http://127.0.0.1:$TEST_NGINX_GITLAB_PORT;
            proxy_set_header  Accept-Encoding "";
            ssi               on;
            ssi_types         *;
        }
    }
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- pipelines: 1
--- branches: main

