use lib 't/lib';
use Test::ChatOps;

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: GitLab is down
--- gitlab_down
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab (?:cannot be reached|did not answer when it was asked for your membership of the project).*; nothing was started\. Please try again in a minute\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 2: member: 401
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => 401 {"message":"401 Unauthorized"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab does not accept the token of this service \(401\); nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 3: member: 429 in plain text
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => 429 Retry later {Retry-After: 7}
--- slack: /gitlab run hello-world
--- answer: GitLab asks for fewer requests; nothing was started. Please try again in 7 seconds.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 4: member: 500
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => 500 {"message":"500 Internal Server Error"}
--- slack: /gitlab run hello-world
--- answer: GitLab did not answer when it was asked for your membership of the project (status 500); nothing was started. Please try again in a minute.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 5: member: the connection is closed
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => drop always
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab (?:cannot be reached|did not answer when it was asked for your membership of the project).*; nothing was started\. Please try again in a minute\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 6: member: the answer is cut off
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => truncate always
--- slack: /gitlab run hello-world
--- answer_like: nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 7: member: the answer is no JSON
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => 200 <html>Sign in</html>
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab was asked for your membership of the project and its answer makes no sense; nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 8: member: slow
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => after 2.5s
--- slack: /gitlab run hello-world
--- answer: GitLab takes its time; the command goes on, and what becomes of it is posted here.
--- answer_type: ephemeral
--- all_posts_like
`hello-world` is scheduled
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- branches: main
--- pipelines: 1


=== TEST 9: project: 401
--- gitlab
GET /projects/ops%2Finfra => 401 {"message":"401 Unauthorized"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab does not accept the token of this service \(401\); nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 10: project: 429 in plain text
--- gitlab
GET /projects/ops%2Finfra => 429 Retry later {Retry-After: 7}
--- slack: /gitlab run hello-world
--- answer: GitLab asks for fewer requests; nothing was started. Please try again in 7 seconds.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 11: project: 500
--- gitlab
GET /projects/ops%2Finfra => 500 {"message":"500 Internal Server Error"}
--- slack: /gitlab run hello-world
--- answer: GitLab did not answer when it was asked for the project (status 500); nothing was started. Please try again in a minute.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 12: project: the connection is closed
--- gitlab
GET /projects/ops%2Finfra => drop always
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab (?:cannot be reached|did not answer when it was asked for the project).*; nothing was started\. Please try again in a minute\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 13: project: the answer is cut off
--- gitlab
GET /projects/ops%2Finfra => truncate always
--- slack: /gitlab run hello-world
--- answer_like: nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 14: project: the answer is no JSON
--- gitlab
GET /projects/ops%2Finfra => 200 <html>Sign in</html>
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab was asked for the project and its answer makes no sense; nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 15: project: slow
--- gitlab
GET /projects/ops%2Finfra => after 2.5s
--- slack: /gitlab run hello-world
--- answer: GitLab takes its time; the command goes on, and what becomes of it is posted here.
--- answer_type: ephemeral
--- all_posts_like
`hello-world` is scheduled
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- branches: main
--- pipelines: 1


=== TEST 16: branch: 401
--- gitlab
GET /projects/ops%2Finfra/repository/branches/main => 401 {"message":"401 Unauthorized"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab does not accept the token of this service \(401\); nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 17: branch: 429 in plain text
--- gitlab
GET /projects/ops%2Finfra/repository/branches/main => 429 Retry later {Retry-After: 7}
--- slack: /gitlab run hello-world
--- answer: GitLab asks for fewer requests; nothing was started. Please try again in 7 seconds.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 18: branch: 500
--- gitlab
GET /projects/ops%2Finfra/repository/branches/main => 500 {"message":"500 Internal Server Error"}
--- slack: /gitlab run hello-world
--- answer: GitLab did not answer when it was asked for the default branch (status 500); nothing was started. Please try again in a minute.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 19: branch: the connection is closed
--- gitlab
GET /projects/ops%2Finfra/repository/branches/main => drop always
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab (?:cannot be reached|did not answer when it was asked for the default branch).*; nothing was started\. Please try again in a minute\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 20: branch: the answer is cut off
--- gitlab
GET /projects/ops%2Finfra/repository/branches/main => truncate always
--- slack: /gitlab run hello-world
--- answer_like: nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 21: branch: the answer is no JSON
--- gitlab
GET /projects/ops%2Finfra/repository/branches/main => 200 <html>Sign in</html>
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab was asked for the default branch and its answer makes no sense; nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 22: branch: slow
--- gitlab
GET /projects/ops%2Finfra/repository/branches/main => after 2.5s
--- slack: /gitlab run hello-world
--- answer: GitLab takes its time; the command goes on, and what becomes of it is posted here.
--- answer_type: ephemeral
--- all_posts_like
`hello-world` is scheduled
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- branches: main
--- pipelines: 1


=== TEST 23: lint: 401
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 401 {"message":"401 Unauthorized"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab does not accept the token of this service \(401\); nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 24: lint: 429 in plain text
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 429 Retry later {Retry-After: 7}
--- slack: /gitlab run hello-world
--- answer: GitLab asks for fewer requests; nothing was started. Please try again in 7 seconds.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 25: lint: 500
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 500 {"message":"500 Internal Server Error"}
--- slack: /gitlab run hello-world
--- answer: GitLab did not answer when it was asked for the CI configuration (status 500); nothing was started. Please try again in a minute.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 26: lint: the connection is closed
--- gitlab
GET /projects/ops%2Finfra/ci/lint => drop always
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab (?:cannot be reached|did not answer when it was asked for the CI configuration).*; nothing was started\. Please try again in a minute\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 27: lint: the answer is cut off
--- gitlab
GET /projects/ops%2Finfra/ci/lint => truncate always
--- slack: /gitlab run hello-world
--- answer_like: nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 28: lint: the answer is no JSON
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 200 <html>Sign in</html>
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab was asked for the CI configuration and its answer makes no sense; nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 29: lint: slow
--- gitlab
GET /projects/ops%2Finfra/ci/lint => after 2.5s
--- slack: /gitlab run hello-world
--- answer: GitLab takes its time; the command goes on, and what becomes of it is posted here.
--- answer_type: ephemeral
--- all_posts_like
`hello-world` is scheduled
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- branches: main
--- pipelines: 1


=== TEST 30: commit: 401
--- gitlab
POST /projects/ops%2Finfra/repository/commits => 401 {"message":"401 Unauthorized"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab does not accept the token of this service \(401\); nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 31: commit: 429 in plain text
--- gitlab
POST /projects/ops%2Finfra/repository/commits => 429 Retry later {Retry-After: 7}
--- slack: /gitlab run hello-world
--- answer: GitLab asks for fewer requests; nothing was started. Please try again in 7 seconds.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 32: commit: 500
--- gitlab
POST /projects/ops%2Finfra/repository/commits => 500 {"message":"500 Internal Server Error"}
--- slack: /gitlab run hello-world
--- answer: GitLab did not answer when it was asked to make a branch for the run (status 500); nothing was started. Please try again in a minute.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 33: commit: the connection is closed
--- gitlab
POST /projects/ops%2Finfra/repository/commits => drop always
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab (?:cannot be reached|did not answer when it was asked to make a branch for the run).*; nothing was started\. Please try again in a minute\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 34: commit: the answer is cut off
--- gitlab
POST /projects/ops%2Finfra/repository/commits => truncate always
--- slack: /gitlab run hello-world
--- answer_like: nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 35: commit: slow
--- gitlab
POST /projects/ops%2Finfra/repository/commits => after 2.5s
--- slack: /gitlab run hello-world
--- answer: GitLab takes its time; the command goes on, and what becomes of it is posted here.
--- answer_type: ephemeral
--- all_posts_like
`hello-world` is scheduled
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- branches: main
--- pipelines: 1


=== TEST 36: lint: larger than we take
--- gitlab eval
"GET /projects/ops%2Finfra/ci/lint => 200 {\"valid\":true,\"merged_yaml\":\"" . 'x' x 5_000_000 . '"}'
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab's answer is larger than nginx takes \(subrequest_output_buffer_size\); nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 37: commit: GitLab refuses with a reason
--- gitlab
POST /projects/ops%2Finfra/repository/commits => 400 {"message":"You are not allowed to push into this branch"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab refused when it was asked to make a branch for the run \(status 400: You are not allowed to push into this branch\); nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 38: commit: done, but the answer is lost
--- gitlab
POST /projects/ops%2Finfra/repository/commits => drop_after
--- slack: /gitlab run hello-world
--- answer_like: nothing was started\.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0
--- cleanup: branch-gone


=== TEST 39: commit: refused, and the branch is not missed
--- gitlab
POST /projects/ops%2Finfra/repository/commits => 403 {"message":"403 Forbidden"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab refused when it was asked to make a branch for the run \(status 403: 403 Forbidden\)
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 40: pipeline: 401
--- gitlab
POST /projects/ops%2Finfra/pipeline => 401 {"message":"401 Unauthorized"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab does not accept the token of this service \(401\)
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 41: pipeline: 429
--- gitlab
POST /projects/ops%2Finfra/pipeline => 429 Retry later {Retry-After: 7}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab asks for fewer requests; nothing was started\. Please try again in 7 seconds\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 42: pipeline: 400 and a reason
--- gitlab
POST /projects/ops%2Finfra/pipeline => 400 {"message":{"base":["Reference not found"]}}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab refused when it was asked to run the pipeline \(status 400: Reference not found\); nothing was started\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 43: pipeline: too many pipelines
--- gitlab
POST /projects/ops%2Finfra/pipeline => 400 {"message":{"base":["Too many pipelines created in the last minute. Try again later."]}}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab refused when it was asked to run the pipeline \(status 400: Too many pipelines created in the last minute\. Try again later\.\); nothing was started\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0


=== TEST 44: pipeline: 500, and there is none: it is asked for again
--- chatops
chatops_gitlab_timeout 2s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => 500 oops
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started\.
--- answer_type: ephemeral
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- reply_state: posted
--- pipelines: 1
--- branches: main
--- within: 20
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x2


=== TEST 45: pipeline: dropped, and there is none: it is asked for again
--- chatops
chatops_gitlab_timeout 2s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started\.
--- answer_type: ephemeral
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- reply_state: posted
--- pipelines: 1
--- branches: main
--- within: 20


=== TEST 46: pipeline: made, but the answer is lost: it is found, and never made twice
--- chatops
chatops_gitlab_timeout 2s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop_after
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started\.
--- answer_type: ephemeral
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- reply_state: posted
--- pipelines: 1
--- branches: main
--- within: 20
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1


=== TEST 47: pipeline: made, but the answer is cut off
--- chatops
chatops_gitlab_timeout 2s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => truncate
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started\.
--- answer_type: ephemeral
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- reply_state: posted
--- pipelines: 1
--- branches: main
--- within: 20
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1


=== TEST 48: pipeline: made, answered late
--- gitlab
POST /projects/ops%2Finfra/pipeline => late 2.5s
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab takes its time
--- all_posts_like
`hello-world` is scheduled
^<@U0001>: Hello World\.$
--- posts: 2
--- pipelines: 1
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1


=== TEST 49: jobs: 500 three times
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 500 oops x3
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 50: jobs: the connection is closed
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => drop x2
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 51: jobs: 429
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 429 Retry later {Retry-After: 1}
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 52: jobs: 401 for a moment
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 401 {"message":"401 Unauthorized"}
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 53: jobs: cut off
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => truncate
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 54: jobs: no JSON
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 200 <html>
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 55: trace: 500 three times
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => 500 oops x3
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 56: trace: the connection is closed
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => drop x2
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 57: trace: 429
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => 429 Retry later {Retry-After: 1}
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 58: trace: 401 for a moment
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => 401 {"message":"401 Unauthorized"}
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 59: trace: cut off
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => truncate
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- within: 25


=== TEST 60: the pipeline is deleted
--- ci
long:
  script:
    - sleep 20
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 404 {"message":"404 Not found"} skip 1 always
--- slack: /gitlab run long
--- channel_like: ^<@U0001>: The pipeline of `long` is gone from GitLab: it was deleted before its output could be read\.
--- run_state: gone
--- branches: main
--- posts: 1


=== TEST 61: delete: 500
--- gitlab
DELETE /projects/ops%2Finfra/repository/branches/* => 500 oops
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- branches: main
--- cleanup: branch-gone
--- posts: 1
--- within: 20


=== TEST 62: delete: the connection is closed
--- gitlab
DELETE /projects/ops%2Finfra/repository/branches/* => drop
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- branches: main
--- cleanup: branch-gone
--- posts: 1
--- within: 20


=== TEST 63: delete: 429
--- gitlab
DELETE /projects/ops%2Finfra/repository/branches/* => 429 Retry later {Retry-After: 1}
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- branches: main
--- cleanup: branch-gone
--- posts: 1
--- within: 20


=== TEST 64: delete: done, but the answer is lost
--- gitlab
DELETE /projects/ops%2Finfra/repository/branches/* => drop_after
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- branches: main
--- cleanup: branch-gone
--- posts: 1
--- within: 20


=== TEST 65: what was known before is used while GitLab is unwell
--- chatops
chatops_config_ttl 1s;
--- gitlab
GET /projects/ops%2Finfra => 502 Bad Gateway skip 1
GET /projects/ops%2Finfra/repository/branches/main => 502 Bad Gateway skip 1
--- slack: /gitlab run hello-world
--- then
wait for posts 1
wait 1.5
/gitlab run hello-world
--- then_like
200 in_channel `hello-world` is scheduled
--- posts: 2


=== TEST 66: but not what one may do
--- chatops
chatops_access_ttl 1s;
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => 502 Bad Gateway skip 1
--- slack: /gitlab run hello-world
--- then
wait for posts 1
wait 1.5
/gitlab run hello-world
--- then_like
200 ephemeral GitLab did not answer when it was asked for your membership
--- posts: 1
