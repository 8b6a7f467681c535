# The stand-in GitLab does as GitLab does: each endpoint, each refusal, jobs
# that really run, the traces, the rules, the faults.

use Mojo::Base -strict, -signatures;

use Test::More;

use IO::Socket::INET;
use Mojo::JSON qw(decode_json encode_json);
use Mojo::UserAgent;
use Mojo::Util qw(url_escape);
use Time::HiRes qw(sleep time);

use lib 't/lib';
use Test::StandInGitLab;

my $branch = 0;

subtest 'who asks' => sub {
    my $unauthorized = { message => '401 Unauthorized' };

    is_answer(call(GET => $infra, undef, 'PRIVATE-TOKEN' => 'none'), 401, $unauthorized, 'no token');
    is_answer(call(GET => $infra, undef, 'PRIVATE-TOKEN' => 'glpat-x'), 401, $unauthorized, 'wrong token');
    is(call(GET => $infra, undef, Authorization => "Bearer $token")->code, 200, 'bearer');
    is_answer(call(GET => $infra, undef, 'PRIVATE-TOKEN' => 'glpat-mallory'), 404,
        { message => '404 Project Not Found' }, 'one who is no member sees nothing');
    is_answer(call(GET => $infra, undef, 'PRIVATE-TOKEN' => 'glpat-bob'), 403,
        { message => '403 Forbidden - Your account has been blocked.' }, 'a blocked user');
    is(call(GET => $infra, undef, 'PRIVATE-TOKEN' => 'glpat-eve')->code, 404, 'expired membership');

    control(set => { tokens => { old => { user => 17, state => 'expired' },
        read => { user => 17, scopes => ['read_api'] } } });
    is(call(GET => $infra, undef, 'PRIVATE-TOKEN' => 'old')->json->{error}, 'invalid_token', 'expired token');
    is(call(GET => $infra, undef, 'PRIVATE-TOKEN' => 'read')->code, 200, 'read_api reads');
    is(call(POST => "$infra/pipeline", { ref => 'main' }, 'PRIVATE-TOKEN' => 'read')->json->{scope},
        'api', 'and does no more');

    is(call(GET => "$api/user")->json->{username}, 'chatops-bot', '/user');
    is(call(GET => "$api/users?username=ALICE")->json->[0]{id}, 17, '/users by name');
    is(call(GET => "$api/user", undef, Sudo => 'alice')->json->{message},
        '403 Forbidden - Must be admin to use sudo', 'sudo is for administrators');
    is(call(GET => "$api/user", undef, 'PRIVATE-TOKEN' => 'glpat-root', Sudo => 17)->json->{username},
        'alice', 'an administrator as someone else');
    is_answer(call(GET => "$api/user", undef, 'PRIVATE-TOKEN' => 'glpat-root', Sudo => 'nobody'), 404,
        { message => q{404 User with ID or username 'nobody' Not Found} }, 'sudo to nobody');
};

subtest 'project and members' => sub {
    is(call(GET => $infra)->json->{id}, 42, 'by path');
    is(call(GET => "$api/projects/42")->json->{default_branch}, 'main', 'by id');
    is_answer(call(GET => "$api/projects/43"), 404, { message => '404 Project Not Found' }, 'another');
    is_answer(call(GET => "$api/projects/ops%252Finfra"), 404, { error => '404 Not Found' }, 'encoded twice');
    is_answer(call(GET => "$api/projects/ops/infra"), 404, { error => '404 Not Found' }, 'not encoded');
    is(scalar @{ state_now()->{complaints} }, 2, 'both are complained of');
    is_answer(call(PATCH => $infra), 405, { error => '405 Not Allowed' }, 'a method that is not there');
    is_answer(call(GET => "$infra/nothing"), 404, { error => '404 Not Found' }, 'a path that is not there');

    my $alice = call(GET => "$infra/members/all/17")->json;

    is("$alice->{id} $alice->{username} $alice->{state} $alice->{access_level}", '17 alice active 30', 'a developer');
    is(call(GET => "$infra/members/all/18")->json->{access_level}, 20, 'a reporter');
    is(call(GET => "$infra/members/all/20")->json->{state}, 'blocked', 'a blocked one');
    is(call(GET => "$infra/members/all/21")->json->{expires_at}, '2026-01-31', 'an expired one');
    is_answer(call(GET => "$infra/members/all/22"), 404, { message => '404 Not found' }, 'no member');
    is_answer(call(GET => "$infra/members/all/x"), 400, { error => 'user_id is invalid' }, 'no number');
};

subtest 'what no right client sends' => sub {
    control('reset');
    is(call(GET => $infra, undef, 'X-Slack-Signature' => 'v0=1')->code, 400, 'a header of Slack');
    is(call(GET => $infra, undef, Cookie => 'a=b')->code, 400, 'a cookie');
    is(call(GET => $infra, undef, 'User-Agent' => 'Slackbot 1.0 (+https://api.slack.com/robots)')->code, 400,
        'the User-Agent of Slack');
    is(call(POST => "$infra/pipeline", 'ref=main', 'Content-Type' => 'application/x-www-form-urlencoded')->code,
        400, 'a form');
    is(call(POST => "$infra/pipeline", '{"ref":', 'Content-Type' => 'application/json')->code, 400, 'half a JSON');
    is(scalar @{ state_now()->{complaints} }, 5, 'all are complained of');
};

subtest 'branches' => sub {
    control('reset');
    is(call(GET => "$infra/repository/branches/main")->json->{protected}, 1, 'main is protected');
    is_answer(call(GET => "$infra/repository/branches/none"), 404, { message => '404 Branch Not Found' }, 'none');
    is(call(POST => "$infra/repository/branches?branch=chatops%2Fa&ref=main")->code, 201, 'made');
    is_answer(call(POST => "$infra/repository/branches", { branch => 'chatops/a', ref => 'main' }), 400,
        { message => 'Branch already exists' }, 'made twice');
    is_answer(call(POST => "$infra/repository/branches", { branch => 'b', ref => 'none' }), 400,
        { message => 'Invalid reference name: none' }, 'from nothing');
    is_answer(call(POST => "$infra/repository/branches", { branch => 'a..b', ref => 'main' }), 400,
        { message => 'Branch name is invalid' }, 'a bad name');
    is_answer(call(POST => "$infra/repository/branches", {}), 400,
        { error => 'branch is missing, ref is missing' }, 'nothing said');
    is(call(GET => "$infra/repository/branches/chatops%2Fa")->json->{name}, 'chatops/a', 'one segment');
    is(call(GET => "$infra/repository/branches/chatops/a")->code, 404, 'two segments are another path');

    call(POST => "$infra/repository/branches", { branch => "chatops/$_", ref => 'main' }) for 'b' .. 'e';

    my $res = call(GET => "$infra/repository/branches?search=%5Echatops%2F&per_page=2&page=2");

    is_deeply([ map { $_->{name} } @{ $res->json } ], [ 'chatops/c', 'chatops/d' ], 'a page of a search');
    is_deeply([ map { $res->headers->header("X-$_") } qw(Page Per-Page Next-Page Prev-Page Total Total-Pages) ],
        [ 2, 2, 3, 1, 5, 3 ], 'its headers');
    is(call(GET => "$infra/repository/branches?search=%5Echatops%2F&per_page=2&page=3")
        ->headers->header('X-Next-Page'), '', 'no next page');

    is(call(DELETE => "$infra/repository/branches/chatops%2Fa")->code, 204, 'deleted');
    is_answer(call(DELETE => "$infra/repository/branches/chatops%2Fa"), 404,
        { message => '404 Branch Not Found' }, 'deleted twice');
    is(call(DELETE => "$infra/repository/branches/main")->code, 400, 'never the default branch');
    is(call(DELETE => "$infra/repository/branches/chatops%2Fb", undef, 'PRIVATE-TOKEN' => 'glpat-rita')->code,
        403, 'not by a reporter');
};

subtest 'files' => sub {
    my $raw = call(GET => "$infra/repository/files/.gitlab-ci.yml/raw?ref=main");

    like($raw->body, qr/echo "Hello World\."/, 'raw');
    like($raw->headers->content_type, qr{\Atext/plain}, 'its type');
    is($raw->headers->etag, undef, 'no ETag');
    is($raw->headers->header('X-Gitlab-Size'), length $raw->body, 'its size');
    is(call(GET => "$infra/repository/files/%2Egitlab-ci%2Eyml/raw")->code, 200, 'encoded, at HEAD');
    is(call(GET => "$infra/repository/files/README.md?ref=main")->json->{content}, "IyBJbmZyYXN0cnVjdHVyZQo=", 'JSON');
    is_answer(call(GET => "$infra/repository/files/README.md"), 400, { error => 'ref is missing' }, 'no ref');
    is_answer(call(GET => "$infra/repository/files/none/raw?ref=main"), 404,
        { message => '404 File Not Found' }, 'no such file');
    is_answer(call(GET => "$infra/repository/files/README.md/raw?ref=none"), 404,
        { message => '404 Commit Not Found' }, 'no such commit');
};

subtest 'commits' => sub {
    control('reset');

    my $main   = call(GET => "$infra/repository/branches/main")->json->{commit}{id};
    my $commit = commit('chatops/x', script('true'));

    is($commit->code, 201, 'committed');
    is_deeply($commit->json->{parent_ids}, [$main], 'upon the sha');
    is(call(GET => "$infra/repository/branches/chatops%2Fx")->json->{commit}{id}, $commit->json->{id}, 'the branch');
    is_answer(commit('chatops/x', ''), 400, { message =>
        q{A branch called 'chatops/x' already exists. Switch to that branch in order to make changes} }, 'twice');
    is_answer(commit('chatops', ''), 400, { message =>
        'Could not update refs/heads/chatops. Please refresh and try again.' }, 'a name in the way');
    is_answer(commit('main', ''), 403,
        { message => '403 Forbidden - You are not allowed to push into this branch' }, 'a protected branch');

    my @cases = (
        [ { start_sha => 'abc' }, q{Invalid start_sha 'abc'} ],
        [ { start_sha => 'a' x 40 }, q{Cannot find start_sha '} . 'a' x 40 . q{'} ],
        [ { start_sha => undef }, 'You can only create or edit files when you are on a branch' ],
        [ { branch => 'a b' }, q{Something went wrong when we tried to create 'a b' for you: Branch name is invalid} ],
        [ { actions => [ { action => 'create', file_path => 'README.md', content => '' } ] },
            'A file with this name already exists' ],
        [ { actions => [ { action => 'update', file_path => 'none', content => '' } ] },
            q{A file with this name doesn't exist} ],
        [ { actions => [ { action => 'delete', file_path => 'none' } ] }, q{A file with this name doesn't exist} ],
        [ { actions => [ { action => 'create', file_path => '../x', content => '' } ] },
            'Path cannot include directory traversal' ],
    );

    is_answer(commit('y', '', %{ $_->[0] }), 400, { message => $_->[1] }, $_->[1]) for @cases;

    is_answer(call(POST => "$infra/repository/commits", {}), 400,
        { error => 'branch is missing, commit_message is missing, actions is missing' }, 'nothing said');
    is_answer(commit('y', '', actions => [ { action => 'erase', file_path => 'x' } ]), 400,
        { error => 'actions[0][action] does not have a valid value' }, 'no such action');

    is(commit('tree', '', actions => [
        { action => 'create', file_path => 'bin/a b/é.sh', content => "#!/bin/sh\n", execute_filemode => \1 },
        { action => 'delete', file_path => 'README.md' } ])->code, 201, 'folders');

    my $repository = state_now()->{repository};

    is(`git -C $repository fsck --full --strict --no-dangling 2>&1`, '', 'git finds no fault');
    like(Mojo::Util::decode("UTF-8", scalar `git -C $repository -c core.quotePath=false ls-tree -r tree`), qr{100755 blob \w+\tbin/a b/é\.sh}, 'the tree');

    my @pushed = grep { $_->{source} eq 'push' } @{ state_now()->{pipelines} };

    is_deeply([ map { $_->{status} } @pushed ], [qw(skipped skipped)], '[skip ci] is a skipped pipeline');
    commit('pushed', script('true'), commit_message => 'Run');
    is((grep { $_->{ref} eq 'pushed' } @{ state_now()->{pipelines} })[0]{source}, 'push', 'a push runs a pipeline');
    commit('broken', 'job: {}', commit_message => 'Run');
    is((grep { $_->{ref} eq 'broken' } @{ state_now()->{pipelines} })[0]{status}, 'failed', 'a broken one fails');
};

subtest 'lint' => sub {
    control('reset');

    my $lint = call(GET => "$infra/ci/lint?content_ref=main&include_jobs=true")->json;

    ok($lint->{valid}, 'the fixture is valid');
    like($lint->{merged_yaml}, qr/^hello-world:\n  stage: chatops\n  only:\n  - chat\n/m, 'merged_yaml');
    is_deeply([ map { $_->{name} } @{ $lint->{jobs} } ], [qw(hello-world ls)], 'jobs');
    is_answer(call(GET => "$infra/ci/lint?content_ref=none"), 404, { message => '404 Commit Not Found' }, 'no commit');
    is(call(GET => "$infra/ci/lint?content_ref=a&sha=b")->code, 400, 'two refs');

    control(set => { files => {
        '.gitlab-ci.yml' => <<'YAML', 'ci/base.yml' => <<'BASE' } });
include: ci/base.yml
job:
  extends: .base
  variables: {A: a}
  script:
    - !reference [.tools, script]
    - echo "two"
text:
  script: |
    one: 1
      two

    three
YAML
.tools:
  script: [echo "one"]
.base:
  variables: {A: base, B: "yes"}
  before_script: [echo before]
BASE
    $lint = call(GET => "$infra/ci/lint")->json;
    ok($lint->{valid}, 'include, extends, !reference') or diag explain $lint;
    is($lint->{includes}[0]{location}, 'ci/base.yml', 'the include is named');
    like($lint->{merged_yaml}, qr/A: a\n    B: 'yes'\n/, 'hashes are merged');
    like($lint->{merged_yaml}, qr/  - - echo "one"\n  - echo "two"\n/, 'the reference is in place');
    like($lint->{merged_yaml}, qr/  script: \|\n    one: 1\n      two\n\n    three\n/, 'a text keeps its lines');

    my @cases = (
        [ "a: [", qr/at line/ ], [ "- a", qr/Invalid configuration format/ ],
        [ "a: {}", qr/jobs:a config should implement the script:, run:, or trigger: keyword/ ],
        [ ".a: {script: x}", qr/at least one visible job/ ],
        [ "a: {script: x, foo: 1}", qr/jobs:a config contains unknown keys: foo/ ],
        [ "a: {script: x, stage: no}", qr/jobs:a:stage config should be a string/ ],
        [ "a: {script: x, stage: never}", qr/a job: chosen stage never does not exist; available stages are \.pre, build, test, deploy, \.post/ ],
        [ "a: {script: x, only: chat}", qr/has to be either an array of conditions or a hash/ ],
        [ "a: {script: x, only: [chat], rules: [{when: always}]}", qr/may not be used with `rules`: only/ ],
        [ "a: {script: x, rules: [{if: '\$A ='}]}", qr/invalid expression syntax/ ],
        [ "a: {script: x, when: never}", qr/when should be one of/ ],
        [ "a: {script: [1]}", qr/script config should be a string or a nested array/ ],
        [ "a: {extends: .b, script: x}", qr/a: unknown keys in `extends` \(\.b\)/ ],
        [ "a: {script: [!reference [.b, script]]}", qr/!reference \["\.b", "script"\] could not be found/ ],
        [ "a: {script: x, needs: [b]}", qr/undefined need: b/ ],
        [ "include: nope.yml", qr/Local file `nope\.yml` does not exist!/ ],
        [ "include: https://example.com/x.yml", qr/not known to the stand-in/ ],
        [ "a: &a [x,x,x,x,x,x,x,x,x,x]\n" . join('', map { my $l = chr(97 + $_); my $p = chr(96 + $_);
            "$l: &$l [" . join(',', ("*$p") x 10) . "]\n" } 1 .. 8), qr/too big/ ],
        [ '', qr/Please provide content/ ],
    );

    for my $case (@cases) {
        my $res = call(POST => "$infra/ci/lint", { content => $case->[0] });

        is($res->code, 200, 'a broken configuration is a 200');
        ok(!$res->json->{valid}, 'and not valid');
        like($res->json->{errors}[0] // '', $case->[1], "says $case->[1]");
    }

    my $dry = call(POST => "$infra/ci/lint", { dry_run => \1, content => 'a: {script: x, only: [chat]}' })->json;
    like($dry->{errors}[0], qr/would have been empty/, 'a dry run is a push');
};

subtest 'creating pipelines' => sub {
    control('reset');
    control(set => { project => { protected_branches => [] } });

    is_answer(call(POST => "$infra/pipeline", {}), 400, { error => 'ref is missing' }, 'no ref');
    refused(pipeline('none'), 'Reference not found', 'no such ref');
    is_answer(call(POST => "$infra/pipeline", { ref => 'main' }, 'PRIVATE-TOKEN' => 'glpat-rita'), 403,
        { message => '403 Forbidden' }, 'a reporter');
    refused(pipeline('main'), 'The resulting pipeline would have been empty. Review the rules configuration'
        . ' for the relevant jobs.', 'only: [chat] is not for the API');
    refused(pipeline('main', { key => 'CI_PIPELINE_SOURCE', value => 'chat' }), 'The resulting pipeline would'
        . ' have been empty. Review the rules configuration for the relevant jobs.', 'whatever the variables say');

    control(set => { project => { protected_branches => [ { name => 'm*' } ] } });
    refused(pipeline('main'), q{You do not have sufficient permission to run a pipeline on 'main'. Please select}
        . ' a different branch or contact your administrator for assistance.', 'a protected branch');
    control(set => { project => { protected_branches => [ { name => 'main', push => 40, merge => 30 } ] },
        files => { '.gitlab-ci.yml' => script('true') } });
    is(pipeline('main')->code, 201, 'the right to merge is enough');

    my @variable = ({ key => 'A', value => 'b' });

    is_answer(pipeline('main', { key => 'A' }), 400, { error => 'variables[0][value] is missing' }, 'half a variable');
    refused(pipeline('main', @variable, @variable), 'Duplicate variable name: A', 'a variable twice');

    for my $case ([ no_one_allowed => 400 ], [ maintainer => 400 ], [ developer => 201 ]) {
        control(set => { project => { minimum_override_role => $case->[0] } });
        is(pipeline('main', @variable)->code, $case->[1], "variables for $case->[0]: $case->[1]");
    }

    control(set => { project => { minimum_override_role => 'no_one_allowed' } });
    refused(pipeline('main', @variable), 'Insufficient permissions to set pipeline variables', 'variables forbidden');
    is(pipeline('main')->code, 201, 'none given');

    control(set => { project => { pipelines_per_minute => 0 } });
    refused(pipeline('main'), 'Too many pipelines created in the last minute. Try again later.', 'too many');
    control(set => { project => { pipelines_per_minute => undef, ci_config_path => 'nope.yml' } });
    refused(pipeline('main'), 'Missing CI config file', 'no configuration');
    control(set => { project => { ci_config_path => undef }, files => { '.gitlab-ci.yml' => 'a: {}' } });
    refused(pipeline('main'), 'jobs:a config should implement the script:, run:, or trigger: keyword', 'broken');
    control(set => { files => { '.gitlab-ci.yml' => <<'YAML' } });
workflow: {rules: [{if: '$CI_PIPELINE_SOURCE == "chat"'}]}
a: {script: x}
YAML
    refused(pipeline('main'), 'The pipeline did not run. Review the workflow:rules configuration for the pipeline.',
        'workflow says no');

    my $other = state_now();
    is((grep { $_->{source} ne 'api' } @{ $other->{pipelines} }), 0, 'the source is always api');
};

subtest 'which jobs' => sub {
    control('reset');
    control(set => { project => { protected_branches => [], minimum_override_role => 'developer' },
        files => { 'src/main.c' => '' } });

    my @cases = (
        [ 'plain', {}, 1 ],
        [ 'only chat', { only => ['chat'] }, 0 ],
        [ 'only api', { only => ['api'] }, 1 ],
        [ 'only branches', { only => ['branches'] }, 1 ],
        [ 'only tags', { only => ['tags'] }, 0 ],
        [ 'only the ref', { only => ['main'] }, 1 ],
        [ 'only a pattern', { only => ['/^MA/i'] }, 1 ],
        [ 'only a path', { only => ['main@ops/infra'] }, 1 ],
        [ 'only another path', { only => ['main@ops/other'] }, 0 ],
        [ 'except api', { except => ['api'] }, 0 ],
        [ 'except chat', { except => ['chat'] }, 1 ],
        [ 'only variables', { only => { variables => ['$V == "1"'] } }, 1 ],
        [ 'only variables and refs', { only => { refs => ['chat'], variables => ['$V == "1"'] } }, 0 ],
        [ 'except variables', { except => { variables => ['$V'] } }, 0 ],
        [ 'rule holds', { rules => [ { if => '$V == "1"' } ] }, 1 ],
        [ 'rule fails', { rules => [ { if => '$V == "2"' } ] }, 0 ],
        [ 'never first', { rules => [ { if => '$V', when => 'never' }, { when => 'always' } ] }, 0 ],
        [ 'source by variable', { rules => [ { if => '$CI_PIPELINE_SOURCE == "chat"' } ] }, 1, 'chat' ],
        [ 'source by itself', { rules => [ { if => '$CI_PIPELINE_SOURCE == "api"' } ] }, 1 ],
        [ 'only chat by variable', { only => ['chat'] }, 0, 'chat' ],
        [ 'changes without a before', { rules => [ { changes => ['nothing'] } ] }, 1 ],
        [ 'exists', { rules => [ { exists => ['**/*.c'] } ] }, 1 ],
        [ 'does not exist', { rules => [ { exists => ['*.c'] } ] }, 0 ],
        [ 'yaml variable', { variables => { W => 'x' }, rules => [ { if => '$W == "x"' } ] }, 1 ],
        [ 'secret over yaml', { variables => { SECRET => 'x' }, rules => [ { if => '$SECRET == "x"' } ] }, 0 ],
        [ 'pattern', { rules => [ { if => '$CI_COMMIT_BRANCH =~ /^ma(in|ster)$/' } ] }, 1 ],
        [ 'needs what is not there', { needs => ['gone'] }, undef ],
        [ 'needs it perhaps', { needs => [ { job => 'gone', optional => 1 } ] }, 1 ],
    );

    for my $case (@cases) {
        my ($name, $job, $in, $source) = @$case;

        control(set => { files => { '.gitlab-ci.yml' => encode_json({
            job => { script => ['true'], %$job },
            gone => { script => ['true'], only => ['tags'], stage => 'build' } }) } });

        my $res = pipeline('main', { key => 'V', value => '1' },
            $source ? { key => 'CI_PIPELINE_SOURCE', value => $source } : ());

        if (!defined $in) {
            like($res->json->{message}{base}[0], qr/\A'job' job needs 'gone' job, but 'gone' does not exist in the pipeline/, $name);

        } else {
            is($res->code, $in ? 201 : 400, $name) or diag $res->body;
        }
    }
};

subtest 'jobs really run' => sub {
    control('reset');

    is(run(script('echo "Hello World."')), "\e[32;1m\$ echo \"Hello World.\"\e[0;m\nHello World.\n", 'output');
    like(run(script("echo one\necho two")), qr/\$ echo one # collapsed multi-line command\e\[0;m\none\ntwo\n\z/, 'several lines');
    like(run(encode_json({ job => { before_script => ['X=1'], script => ['echo "x$X"'] } })), qr/\nx1\n\z/, 'before_script, one shell');
    like(run(script('git log --format=%s -1', 'git status --short; echo clean', 'cat README.md')),
        qr/Run \[skip ci\]\n.*\nclean\n.*# Infrastructure\n\z/s, 'in a checkout');
    like(run(script('echo "$CI $CI_JOB_NAME $CI_PIPELINE_SOURCE $CI_DEFAULT_BRANCH $CI_COMMIT_REF_NAME"')),
        qr{\ntrue job api main run/\d+\n\z}, 'its variables');
    like(run(script('read x || echo "no input"')), qr/\nno input\n\z/, 'no standard input');

    my $text = qq{ two  "quotes" 'and' \\ \$HOME `x` \n\tüñí 😀 %PATH% };

    is(run(script('printf "%s" "$CHAT_INPUT" | od -An -tx1 -v | tr -d " \n"'),
        { key => 'CHAT_INPUT', value => $text =~ s/\$/\$\$/gr }) =~ /\n([0-9a-f]+)\z/ ? $1 : '',
        unpack('H*', Mojo::Util::encode('UTF-8', $text)), 'a variable byte for byte, its $ doubled');

    my %value = (A => '$SECRET', B => '$$SECRET', C => '${SECRET}', D => '%SECRET%', E => '%$*SECRET%',
        F => '$NONE|${NONE}', G => '100% %% $ $.', H => '$A');
    my $out = run(script('for v in A B C D E F G H; do echo "$v=${!v}"; done'),
        map { { key => $_, value => $value{$_} } } sort keys %value);

    is($out =~ s/\A[^\n]*\n//r, join("\n", 'A=s3cr3t', 'B=$SECRET', 'C=s3cr3t', 'D=s3cr3t', 'E=%SECRET%',
        'F=|', 'G=100% %% $ $.', 'H=s3cr3t', ''), 'expanded as GitLab and the runner do');
    like(run(encode_json({ variables => { A => '$SECRET', B => { value => '$SECRET', expand => \0 } },
        job => { script => ['echo "$A $B"'] } })), qr/\ns3cr3t \$SECRET\n\z/, 'expand: false');
    like(run(encode_json({ variables => { A => 'global', B => 'global', C => 'global' }, job => {
        variables => { B => 'job', C => 'job' }, script => ['echo "$A $B $C"'] } }), { key => 'C', value => 'pipeline' }),
        qr/\nglobal job pipeline\n\z/, 'precedence');

    like(run(encode_json({ job => { script => ['echo -e "section_start:1:chat_reply\r\033[0K\n$( ls )\nsection_end:1:chat_reply\r\033[0K"'] } })),
        qr/section_start:1:chat_reply\r\e\[0K\nREADME\.md\nsection_end:1:chat_reply\r\e\[0K\n\z/, 'a section of its own');
};

subtest 'how jobs end' => sub {
    control('reset');

    my $end = sub ($yaml, %set) {
        control(set => { runner => \%set }) if %set;
        commit('end' . ++$branch, $yaml);
        my $id  = pipeline("end$branch")->json->{id};
        my $got = wait_for($id);
        my $job = jobs_of($id)->[0];
        return ($got, $job, call(GET => "$infra/jobs/$job->{id}/trace")->body);
    };

    my ($pipeline, $job, $trace) = $end->(script('echo before', 'false', 'echo after'));

    is("$pipeline->{status} $job->{status} $job->{failure_reason}", 'failed failed script_failure', 'a failure');
    like($trace, qr/\e\[31;1mERROR: Job failed: exit code 1\n\e\[0;m\n\z/, 'says so');
    unlike($trace, qr/after/, 'and stops there');
    is_deeply([ $trace =~ /section_start:\d+:(\w+)/g ],
        [qw(prepare_executor prepare_script get_sources step_script cleanup_file_variables)], 'its sections');

    ($pipeline, $job, $trace) = $end->(encode_json({ job => { script => ['exit 3'],
        after_script => ['echo "it was $CI_JOB_STATUS"'] } }), executor => 'shell');
    like($trace, qr/\nit was failed\nsection_end:\d+:after_script/, 'after_script runs too');
    like($trace, qr/ERROR: Job failed: exit status 3/, 'the shell executor\'s words');
    unlike($trace, qr/docker/, 'and no image');

    ($pipeline, $job, $trace) = $end->(encode_json({ job => { script => ['false'], allow_failure => \1 } }));
    is("$pipeline->{status} $job->{status}", 'success failed', 'allow_failure');
    ($pipeline) = $end->(script('sleep 300 & echo started'));
    is($pipeline->{status}, 'success', 'what a job leaves behind does not hold it up');

    commit('slow', script('echo on; sleep 300'));
    my $id = pipeline('slow')->json->{id};
    wait_for($id, qr/running/);
    my $slow = jobs_of($id)->[0]{id};
    for (1 .. 100) { last if call(GET => "$infra/jobs/$slow/trace")->body =~ /\non\n/; sleep 0.02 }
    like(call(GET => "$infra/jobs/$slow/trace")->body, qr/\non\n\z/, 'the trace grows meanwhile');
    is(call(POST => "$infra/pipelines/$id/cancel")->code, 200, 'cancel');
    is(wait_for($id)->{status}, 'canceled', 'canceled');
    is(call(POST => "$infra/pipelines/$id/cancel")->code, 200, 'cancel is always well');
    is(call(POST => "$infra/jobs/$slow/cancel")->code, 422, 'a job that has ended is not canceled');
    is(call(POST => "$infra/jobs/$slow/retry")->code, 201, 'but tried again');
    wait_for($id, qr/running/);
    is(scalar @{ jobs_of($id) }, 1, 'the old one is hidden');
    is(scalar @{ call(GET => "$infra/pipelines/$id/jobs?include_retried=true")->json }, 2, 'unless asked for');
    control(die => { job => jobs_of($id)->[0]{id} });
    wait_for($id);
    is(jobs_of($id)->[0]{failure_reason}, 'runner_system_failure', 'the runner is lost');
    unlike(call(GET => "$infra/jobs/" . jobs_of($id)->[0]{id} . '/trace')->body, qr/section_end:\d+:step_script/, 'no end marker');

    is(wait_for(do { commit('m', encode_json({ m => { script => ['echo played $V'], when => 'manual',
        allow_failure => \0 } })); pipeline('m')->json->{id} }, qr/manual/)->{status}, 'manual', 'manual waits');
    $id = state_now()->{pipelines}[-1]{id};
    my $manual = jobs_of($id)->[0]{id};
    is(call(GET => "$infra/jobs/$manual")->json->{status}, 'manual', 'the job too');
    is(call(GET => "$infra/jobs/$manual/trace")->body, '', 'a trace that is not there is empty');
    is(call(POST => "$infra/jobs/$manual/play", undef, 'PRIVATE-TOKEN' => 'glpat-rita')->code, 403, 'not by a reporter');
    is(call(POST => "$infra/jobs/$manual/play", { job_variables_attributes => [ { key => 'V', value => 'v' } ] })->code, 200, 'played');
    is(wait_for($id)->{status}, 'success', 'and done');
    like(call(GET => "$infra/jobs/$manual/trace")->body, qr/\nplayed v\n/, 'with its variable');
    is_answer(call(POST => "$infra/jobs/$manual/play"), 400, { message => '400 Bad request - Unplayable Job' }, 'once only');
    commit('opt', encode_json({ m => { script => ['true'], when => 'manual' } }));
    is(wait_for(pipeline('opt')->json->{id})->{status}, 'skipped', 'a manual job that may be left out: skipped');

    commit('late', encode_json({ d => { script => ['true'], when => 'delayed', start_in => '0.2 s' } }));
    $id = pipeline('late')->json->{id};
    wait_for($id, qr/scheduled/);
    is(wait_for($id)->{status}, 'success', 'delayed');

    commit('stages', encode_json({ one => { stage => 'build', script => ['false'] },
        two => { stage => 'test', script => ['true'] }, three => { stage => 'test', when => 'always', script => ['true'] },
        four => { stage => 'deploy', when => 'on_failure', script => ['true'] } }));
    $id = pipeline('stages')->json->{id};
    is(wait_for($id, qr/failed/)->{status}, 'failed', 'stages');
    is_deeply({ map { $_->{name} => $_->{status} } @{ jobs_of($id) } },
        { one => 'failed', two => 'skipped', three => 'success', four => 'success' }, 'each as it should');

    control(set => { runner => { enabled => 0 } });
    commit('stuck', script('true'));
    $id = pipeline('stuck')->json->{id};
    is(wait_for($id, qr/pending/)->{status}, 'pending', 'no runner');
    control(set => { runner => { enabled => 1, trace_delay_ms => 400 } });
    wait_for($id);
    my $late = jobs_of($id)->[0]{id};
    unlike(call(GET => "$infra/jobs/$late/trace")->body, qr/step_script/, 'the trace comes later');
    sleep 0.5;
    like(call(GET => "$infra/jobs/$late/trace")->body, qr/Job succeeded/, 'and then it is whole');
    is_answer(call(GET => "$infra/jobs/999999/trace"), 404, { message => '404 Not found' }, 'no such job');
};

subtest 'traces' => sub {
    my $header = qr/\d{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z [0-9a-f]{2}[EO][+ ]/;

    for my $format ('timestamped-17', 'timestamped-19') {
        control('reset');
        control(set => { runner => { trace_format => $format } });
        commit('t', script('echo out', 'echo err >&2', 'sleep 0.1; printf "1%%\r2%%\r"; sleep 0.1; printf "3%%\nlast"'));
        my $id = pipeline('t')->json->{id};
        wait_for($id);
        my $trace = call(GET => "$infra/jobs/" . jobs_of($id)->[0]{id} . '/trace')->body;

        is(scalar(grep { !/\A$header/ } split /\n/, $trace), 0, "$format: a header a line");
        like($trace, qr/ 01O out\n/, 'the script\'s output');
        like($trace, qr/ 01E err\n/, 'its errors');

        if ($format eq 'timestamped-17') {
            like($trace, qr/ 00O section_start:\d+:prepare_executor\r\n$header\e\[0K\e\[0K\e\[36;1mPreparing/, 'markers are cut');
            like($trace, qr/00O\+\e\[0Ksection_start:\d+:step_script\r\n\S+ 00O\+\e\[0K\e\[0K\e\[36;1mExec/, 'an end and a start');
            like($trace, qr/01O 1%\r2%\r\n\S+ 01O\+3%\n/, 'so is a progress line');

        } else {
            like($trace, qr/ 00O section_start:\d+:prepare_executor\r\e\[0K\e\[0K\e\[36;1mPreparing/, 'markers are whole');
            like($trace, qr/01O 1%\r2%\r3%\n/, 'so is a progress line');
        }

        my $joined = $trace =~ s/\n\S+ [0-9a-f]{2}[EO]\+//gr =~ s/^\S+ [0-9a-f]{2}[EO] //gmr;
        like($joined, qr/section_start:\d+:step_script\r\e\[0K.*section_end:\d+:step_script\r\e\[0K/s, 'joined, all is there');
    }
};

subtest 'listing pipelines' => sub {
    control('reset');
    control(set => { project => { protected_branches => [] }, files => { '.gitlab-ci.yml' => script('true') } });
    pipeline('main') for 1 .. 5;
    wait_for($_->{id}) for @{ state_now()->{pipelines} };

    my $res = call(GET => "$infra/pipelines?ref=main&source=api&per_page=2&order_by=updated_at&sort=desc");

    is(scalar @{ $res->json }, 2, 'a page');
    is($res->headers->header('X-Total'), 5, 'of all');
    is($res->headers->header('X-Next-Page'), 2, 'and a next one');
    like($res->headers->link, qr/page=2.*rel="next"/, 'linked');
    is(scalar @{ call(GET => "$infra/pipelines?source=chat")->json }, 0, 'none from chat');
    is(scalar @{ call(GET => "$infra/pipelines?updated_after=" . url_escape('2099-01-01T00:00:00Z'))->json }, 0, 'none of the future');
    is(scalar @{ call(GET => "$infra/pipelines?updated_after=2020-01-01T00:00:00.000%2B01:00")->json }, 5, 'all of the past');
    is_answer(call(GET => "$infra/pipelines?source=me"), 400, { error => 'source does not have a valid value' }, 'a bad source');
    is_answer(call(GET => "$infra/pipelines?updated_after=soon"), 400, { error => 'updated_after is invalid' }, 'a bad time');
    is(call(GET => "$infra/pipelines?per_page=0")->code, 400, 'no page of none');
    is_answer(call(GET => "$infra/pipelines/1"), 404, { message => '404 Not found' }, 'no such pipeline');
    is_answer(call(GET => "$infra/pipelines/x/jobs"), 400, { error => 'pipeline_id is invalid' }, 'no number');

    my $id = state_now()->{pipelines}[0]{id};

    is(call(DELETE => "$infra/pipelines/$id")->code, 403, 'not deleted by a developer');
    control(delete_pipeline => { pipeline => $id });
    is(call(GET => "$infra/pipelines/$id")->code, 404, 'gone');
};

subtest 'faults' => sub {
    control('reset');

    my $fault = sub ($rule) { control(faults => [$rule]) };

    $fault->({ method => 'GET', path => 'ops%2Finfra$', skip => 1, times => 2, status => 429, body => "Retry later\n",
        headers => { 'Retry-After' => 3, 'RateLimit-Remaining' => 0 } });
    is_deeply([ map { call(GET => $infra)->code } 1 .. 4 ], [ 200, 429, 429, 200 ], 'skip and times');

    $fault->({ status => 429, body => 'Retry later', headers => { 'Retry-After' => 3 } });
    my $limited = call(GET => $infra);
    is($limited->body, 'Retry later', 'plain text');
    is($limited->headers->header('Retry-After'), 3, 'Retry-After');
    like($limited->headers->content_type, qr{text/plain}, 'its type');

    $fault->({ headers => { 'RateLimit-Remaining' => 7 } });
    my $headed = call(GET => $infra);
    is($headed->json->{id} . ' ' . $headed->headers->header('RateLimit-Remaining'), '42 7', 'headers alone');

    $fault->({ delay_ms => 200 });
    my $before = time;
    is(call(GET => $infra)->code, 200, 'late');
    cmp_ok(time - $before, '>=', 0.19, 'that much');

    $fault->({ action => 'drop' });
    is(call(GET => $infra)->code, undef, 'dropped');
    $fault->({ action => 'garbage' });
    isnt(call(GET => $infra)->code // 0, 200, 'garbage');
    $fault->({ action => 'truncate' });
    my $half = $ua->get($infra => { 'PRIVATE-TOKEN' => $token });
    ok($half->error || length $half->res->body < $half->res->headers->content_length, 'truncated');
    $fault->({ action => 'hang' });
    $ua->inactivity_timeout(0.3);
    ok($ua->get($infra => { 'PRIVATE-TOKEN' => $token })->error, 'no answer');
    $ua->inactivity_timeout(5);

    $fault->({ method => 'POST', action => 'drop_after', times => 1 });
    is(commit('lost', script('true'))->code, undef, 'the answer is lost');
    is(call(GET => "$infra/repository/branches/lost")->code, 200, 'the work is done');
    $fault->({ method => 'POST', action => 'late', status => 502, body => 'Bad Gateway' });
    is(pipeline('lost')->code, 502, 'another answer');
    is((grep { $_->{source} eq 'api' } @{ state_now()->{pipelines} }), 1, 'the work is done');
    is(state_now()->{faults}[0]{hits}, 1, 'hits are counted');
    is($ua->post("$base/_control/faults" => json => [ { oops => 1 } ])->res->code, 400, 'a rule that makes no sense');

    control(faults => []);
    $ua->get("$base/_control/log?clear=1");
    call(POST => "$infra/pipeline", { ref => 'lost' });
    my $log = $ua->get("$base/_control/log")->res->json->{requests};
    is(scalar @$log, 1, 'the log');
    is("$log->[0]{method} $log->[0]{path} $log->[0]{status}", 'POST /api/v4/projects/ops%2Finfra/pipeline 201', 'what was asked, as it came');
    ok((grep { lc eq 'private-token' } @{ $log->[0]{headers} }), 'the headers\' names');
    is_deeply(decode_json($log->[0]{body}), { ref => 'lost' }, 'the body');
};

subtest 'many at once' => sub {
    control('reset');

    my (@ids, $left);
    my $main = call(GET => "$infra/repository/branches/main")->json->{commit}{id};
    my %head = ('PRIVATE-TOKEN' => $token);
    my $non_blocking = Mojo::UserAgent->new(max_connections => 50);
    my $began = time;

    Mojo::Promise->map({ concurrency => 50 }, sub ($n) {
        return $non_blocking->post_p("$infra/repository/commits" => \%head => json => {
            branch => "chatops/$n", start_sha => $main, commit_message => '[skip ci]', actions => [ {
                action => 'update', file_path => '.gitlab-ci.yml', content => script('echo $N') } ] })
        ->then(sub ($tx) { $non_blocking->post_p("$infra/pipeline" => \%head => json => {
            ref => "chatops/$n", variables => [ { key => 'N', value => "n$n" } ] }) })
        ->then(sub ($tx) { push @ids, $tx->res->json->{id} });
    }, 1 .. 40)->wait;

    is(scalar @ids, 40, 'forty pipelines');
    is(wait_for($_)->{status}, 'success', "pipeline $_") for @ids;
    is_deeply([ sort map { call(GET => "$infra/jobs/" . jobs_of($_)->[0]{id} . '/trace')->body =~ /\n(n\d+)\n/ } @ids ],
        [ sort map { "n$_" } 1 .. 40 ], 'each with its own output');
};

subtest 'the end' => sub {
    is_deeply(state_now()->{complaints}, [], 'nothing to complain of');
    control('reset');
    commit('last', script('echo $$ > /tmp/standin-gitlab-last.$PPID; sleep 300'));
    wait_for(pipeline('last')->json->{id}, qr/running/);
    sleep 0.2;

    my ($file) = glob '/tmp/standin-gitlab-last.*';
    open my $handle, '<', $file // '/dev/null';
    chomp(my $job = <$handle> // '');
    unlink $file if defined $file;
    ok($job && kill(0, $job), 'a job is running');

    kill 'TERM', $pid;
    waitpid $pid, 0;
    is($?, 0, 'ends on TERM');
    forget();

    my $gone = 0;
    for (1 .. 50) { $gone = !kill 0, $job; last if $gone; sleep 0.02 }
    ok($gone, 'and takes its jobs along');
    is_deeply([ glob "$dir/gitlab/*" ], [], 'and its files');
    ok(!-e "$dir/port", 'and its port file');
};

done_testing;
