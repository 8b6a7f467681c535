use lib 't/lib';
use Test::ChatOps;

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: except: [chat]
--- ci
deploy:
  except: [chat]
  script: ["echo no"]
--- slack: /gitlab run deploy
--- answer_like: ^`deploy` may not be run from chat: its `except` list names `chat` \(\.gitlab-ci\.yml line \d+\)\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- branches: main
--- posts: 0



=== TEST 2: only: something else
--- ci
deploy:
  only: [schedules]
  script: ["echo no"]
--- slack: /gitlab run deploy
--- answer_like: ^`deploy` may not be run from chat: its `only` list names neither `chat` nor the branch `main` \(\.gitlab-ci\.yml line \d+\)\.$
--- answer_type: ephemeral
--- pipelines: 0
--- branches: main



=== TEST 3: a job that is not there
--- slack: /gitlab run helo-world
--- answer: There is no job `helo-world` in ops/infra on main. Did you mean `hello-world`?
--- answer_type: ephemeral
--- run_state: refused
--- pipelines: 0



=== TEST 4: a job's name is a name, also in the answer
--- slack: /gitlab run `<!channel>`&x
--- answer_like: ^There is no job `'&lt;!channel&gt;'&amp;x` in ops/infra on main\.
--- answer_type: ephemeral



=== TEST 5: a hidden job is none
--- ci
.hidden:
  script: ["echo no"]
shown:
  script: ["echo yes"]
--- slack: /gitlab run .hidden
--- answer_like: ^There is no job `\.hidden`



=== TEST 6: a Reporter is refused
--- slack: /gitlab run hello-world
--- slack_user: U0002
--- answer: You are Reporter in ops/infra; running jobs needs Developer. Nothing was started. Please ask one of its maintainers.
--- answer_type: ephemeral
--- run_state: refused
--- pipelines: 0
--- gitlab_calls_unlike
GET /projects/ops%2Finfra/ci/lint
POST /projects/ops%2Finfra/repository/commits



=== TEST 7: a Developer is served
--- slack: /gitlab run hello-world
--- slack_user: U0001
--- channel: <@U0001>: Hello World.



=== TEST 8: a Maintainer is served
--- slack: /gitlab run hello-world
--- slack_user: U0003
--- channel: <@U0003>: Hello World.



=== TEST 9: a Developer where Maintainers are asked for
--- chatops
chatops_access maintainer;
--- slack: /gitlab run hello-world
--- answer_like: ^You are Developer in ops/infra; running jobs needs Maintainer\.
--- answer_type: ephemeral
--- then
U0003 /gitlab run hello-world
--- then_like
200 in_channel `hello-world` is scheduled



=== TEST 10: a blocked user
--- slack: /gitlab run hello-world
--- slack_user: U0004
--- answer_like: ^Your GitLab account is blocked; nothing was started\.
--- answer_type: ephemeral
--- pipelines: 0



=== TEST 11: a membership that has ended
--- slack: /gitlab run hello-world
--- slack_user: U0005
--- answer_like: ^Your membership of ops/infra ended on 2026-01-31; nothing was started\.
--- answer_type: ephemeral
--- pipelines: 0



=== TEST 12: no member at all
--- slack: /gitlab run hello-world
--- slack_user: U0006
--- answer_like: ^You are not a member of ops/infra, or the project is not there; nothing was started\.
--- answer_type: ephemeral
--- pipelines: 0



=== TEST 13: not in the map of users
--- slack: /gitlab run hello-world
--- slack_user: U0009
--- answer_like: ^I do not know which GitLab user you are\..*`T0001/U0009 &lt;your GitLab user id&gt;` to `chatops_users_file`\.$
--- answer_type: ephemeral
--- runs: 0
--- gitlab_calls_unlike
GET /projects/ops%2Finfra/members/all/*



=== TEST 14: the same user id in another workspace is another person
--- slack: /gitlab run hello-world
--- form
team_id=T0002
--- answer_like: ^I do not know which GitLab user you are\.
--- runs: 0



=== TEST 15: the map says another name than GitLab
--- users
T0001/U0001 17:bob
--- slack: /gitlab run hello-world
--- answer_like: ^The GitLab user that your chat account is connected to has another name than expected; nothing was started\.
--- answer_type: ephemeral
--- error_log
chatops_users_file says that GitLab user 17 is "bob", GitLab says "alice"



=== TEST 16: the map without names
--- users
T0001/U0001 17
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.



=== TEST 17: what cannot be known is no yes
--- ci
ruled:
  rules:
    - if: $DEPLOY_FREEZE == null && $CI_PIPELINE_SOURCE == "chat"
  script: ["echo no"]
--- slack: /gitlab run ruled
--- answer_like: ^`ruled` was not run: .*DEPLOY_FREEZE
--- answer_type: ephemeral
--- pipelines: 0
--- branches: main



=== TEST 18: a configuration that is not valid
--- ci
broken:
  script: ["echo"]
  stage: nowhere
--- slack: /gitlab run broken
--- answer_like: ^The project's CI configuration is not valid: .*nowhere.*\. Nothing was started\.$
--- answer_type: ephemeral
--- pipelines: 0



=== TEST 19: a YAML bomb is an error, not an outage
--- ci
a: &a ["x","x","x","x","x","x","x","x","x"]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]
e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]
f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]
g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]
job:
  script: *g
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 403 {"message":"403 Forbidden"}
--- slack: /gitlab run job
--- answer_type: ephemeral
--- pipelines: 0
--- branches: main



=== TEST 20: a token that may not lint reads the file
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 403 {"message":"403 Forbidden"} always
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.



=== TEST 21: no configuration at all
--- gitlab_set: {"files":{".gitlab-ci.yml":null}}
--- slack: /gitlab run hello-world
--- answer_type: ephemeral
--- answer_like: CI configuration
--- pipelines: 0
