use lib 't/lib';
use Test::ChatOps;

# GitLab behind a proxy that does not know the length of what it sends: the
# filter for substitutions takes the length away.

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
            sub_filter        "no such text" "";
            sub_filter_types  *;
        }
    }
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- pipelines: 1
--- branches: main



=== TEST 2: an answer that breaks off between its chunks is not taken for whole
--- gitlab_upstream chomp: 127.0.0.1:$TEST_NGINX_RAND_PORT_1
--- chatops_http
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;

        location / {
            proxy_pass        http://127.0.0.1:$TEST_NGINX_GITLAB_PORT;
            proxy_set_header  Accept-Encoding "";
            sub_filter        "no such text" "";
            sub_filter_types  *;
        }
    }
--- gitlab
GET /projects/ops%2Finfra/ci/lint => truncate
--- slack: /gitlab run hello-world
--- answer_type: ephemeral
--- answer_like: nothing was started
--- pipelines: 0
--- branches: main
