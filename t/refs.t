use lib 't/lib';
use Test::ChatOps;

our $Refs = "chatops_refs release/* v1.*;\n";

our $Two = <<'EOC';
>>> release/1
status:
  script: ["echo release $CI_COMMIT_BRANCH"]
>>> feature
status:
  script: ["echo feature"]
EOC

our $Tag = <<'EOC';
>>> v1.2
status:
  script: ["echo tag $CI_COMMIT_TAG"]
>>> v2.0
status:
  script: ["echo no"]
EOC

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: the default branch only, unless more is allowed
--- ci_branches eval: $::Two
--- slack: /gitlab run --ref release/1 status
--- answer: `release/1` may not be run on from chat; the default branch `main` may. Nothing was started. Whoever runs this nginx can allow more: `chatops_refs`.
--- answer_type: ephemeral
--- run_state: refused
--- pipelines: 0
--- gitlab_calls_unlike
GET /projects/ops%2Finfra/repository/branches/release%2F1



=== TEST 2: the default branch by its name
--- slack: /gitlab run --ref main hello-world
--- channel: <@U0001>: Hello World.
--- run_ref: main



=== TEST 3: a branch that is allowed: its own configuration counts
--- chatops eval: $::Refs
--- ci_branches eval: $::Two
--- slack: /gitlab run --ref release/1 status
--- answer_like: ^`status` is scheduled: <https:[^>]+>\. It runs on `release/1`\. Its output comes here
--- channel: <@U0001>: release release/1
--- run_ref: release/1
--- run_strategy: direct
--- pipelines_made
api release/1 success chatops-bot: status
--- branches: feature main release/1



=== TEST 4: the dash that a phone makes of two
--- chatops eval: $::Refs
--- ci_branches eval: $::Two
--- slack: /gitlab run —ref “release/1” status
--- channel: <@U0001>: release release/1



=== TEST 5: isolated: the branch is made from the ref
--- chatops: chatops_trigger isolated; chatops_refs release/*;
--- ci_branches eval: $::Two
--- slack: /gitlab run --ref release/1 status
--- answer_like: It runs isolated on `chatops/\w+`, a branch of its own made from `release/1`\.
--- channel_like: ^<@U0001>: release chatops/\w+$
--- run_ref: release/1
--- branches: feature main release/1



=== TEST 6: a branch that is not among them
--- chatops eval: $::Refs
--- ci_branches eval: $::Two
--- slack: /gitlab run --ref feature status
--- answer_like: ^`feature` may not be run on from chat; the default branch `main` and what fits `release/\*`, `v1\.\*` may\.
--- pipelines: 0



=== TEST 7: a tag
--- chatops eval: $::Refs
--- ci_tags eval: $::Tag
--- slack: /gitlab run --ref v1.2 status
--- answer_like: It runs on `v1\.2`\.
--- channel: <@U0001>: tag v1.2
--- run_ref: v1.2
--- run_strategy: direct
--- pipelines_made
api v1.2 success chatops-bot: status



=== TEST 8: a job for branches only is none of a tag's
--- chatops eval: $::Refs
--- ci_tags
>>> v1.2
status:
  only: [branches]
  script: ["echo no"]
--- slack: /gitlab run --ref v1.2 status
--- answer_like: ^`status` may not be run from chat: its `only` list
--- pipelines: 0



=== TEST 9: a tag, isolated
--- chatops: chatops_trigger isolated; chatops_refs v1.*;
--- ci_tags eval: $::Tag
--- slack: /gitlab run --ref v1.2 status
--- answer_like: a branch of its own made from `v1\.2`\.
--- channel: <@U0001>: tag
--- pipeline_jobs: status
--- branches: main



=== TEST 10: neither a branch nor a tag
--- chatops eval: $::Refs
--- slack: /gitlab run --ref release/9 status
--- answer: There is no branch or tag `release/9` in ops/infra; nothing was started.
--- answer_type: ephemeral
--- pipelines: 0



=== TEST 11: both
--- chatops: chatops_refs *;
--- ci_branches
>>> v1.2
status:
  script: ["echo branch"]
--- ci_tags eval: $::Tag
--- slack: /gitlab run --ref v1.2 status
--- answer_like: ^`v1\.2` is both a branch and a tag in ops/infra, and GitLab runs nothing on such a name
--- pipelines: 0



=== TEST 12: no name at all
--- chatops: chatops_refs *;
--- slack: /gitlab run --ref a..b status
--- answer: `a..b` is no name of a branch or a tag; nothing was started.
--- pipelines: 0



=== TEST 13: a protected branch on which only Maintainers run: not itself for a Developer
--- chatops eval: $::Refs
--- protected
release/*
--- ci_branches eval: $::Two
--- slack: /gitlab run --ref release/1 status
--- channel_like: ^<@U0001>: release chatops/\w+$
--- run_strategy: isolated
--- error_log
not direct: `release/1` is protected, and you may neither push to it nor merge into it



=== TEST 14: a protected tag likewise
--- chatops: chatops_refs v*; chatops_trigger direct;
--- protected
tag v*
--- ci_tags eval: $::Tag
--- slack: /gitlab run --ref v1.2 status
--- answer_like: ^`status` was not run: `v1\.2` is a protected tag, on which Maintainers may run\. Whoever runs this nginx can allow `isolated`
--- pipelines: 0



=== TEST 15: no such job on that branch, but on the default one
--- chatops eval: $::Refs
--- ci_branches eval: $::Two
--- slack: /gitlab run --ref release/1 hello-world
--- answer_like: ^There is no job `hello-world` in ops/infra on release/1\.
--- pipelines: 0



=== TEST 16: --ref of nothing
--- slack: /gitlab run --ref
--- answer_like: ^`--ref` needs the name of a branch or a tag\. Type `/gitlab run
--- answer_type: ephemeral
--- runs: 0



=== TEST 17: behind the job it is an argument
--- ci
say:
  only: [chat]
  script: ['echo "$CHAT_INPUT"']
--- slack: /gitlab run say --ref x  “y”
--- channel: <@U0001>: --ref x  “y”



=== TEST 18: GitLab fails when it is asked for the tag
--- chatops eval: $::Refs
--- ci_branches eval: $::Two
--- gitlab
GET /projects/ops%2Finfra/repository/tags/release%2F1 => 500
--- slack: /gitlab run --ref release/1 status
--- answer_like: ^GitLab did not answer when it was asked for the tag \(status 500\); nothing was started\.
--- pipelines: 0



=== TEST 19: off with another
--- chatops: chatops_refs off release/*;
--- must_die
--- error_log
invalid ref "off"
--- no_error_log
[alert]



=== TEST 20: off below
--- chatops_http: chatops_refs *;
--- chatops: chatops_refs off;
--- ci_branches eval: $::Two
--- slack: /gitlab run --ref feature status
--- answer_like: ^`feature` may not be run on from chat



=== TEST 21: help tells of it where it is allowed
--- chatops eval: $::Refs
--- slack: /gitlab help
--- answer_like: `--ref` and the name of a branch or a tag, in front of the job, run it there\.$



=== TEST 22: a person's words are no pattern
--- chatops: chatops_refs release/*;
--- slack: /gitlab run --ref release/* status
--- answer: `release/*` is no name of a branch or a tag; nothing was started.
