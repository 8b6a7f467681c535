# The stand-in GitLab makes of a configuration what GitLab makes of it: which
# jobs a pipeline gets, under which names, with which variables, and what is
# refused.

use Mojo::Base -strict, -signatures;

use Test::More;

use Mojo::JSON qw(decode_json encode_json);
use Mojo::Util qw(url_escape);

use lib 't/lib';
use Test::StandInGitLab;

# main's configuration, and what else is to be set.
sub set_up ($yaml, %set) {
    control('reset');
    control(set => { %set, files => { '.gitlab-ci.yml' => $yaml, %{ $set{files} // {} } },
        project => { protected_branches => [], %{ $set{project} // {} } } });
    control(set => { runner => { enabled => 0 } });
}

sub variables (%value) {
    return map { { key => $_, value => $value{$_} } } sort keys %value;
}

# The names of the jobs that a pipeline gets, or GitLab's refusal.
sub names ($ref = 'main', %value) {
    my $res = pipeline($ref, variables(%value));

    return $res->json->{message}{base}[0] // $res->body if $res->code != 201;
    return join '|', reverse map { $_->{name} } @{ jobs_of($res->json->{id}) };
}

my $EMPTY = 'The resulting pipeline would have been empty. Review the rules'
    . ' configuration for the relevant jobs.';
my $FILTERED = 'The pipeline did not run. Review the workflow:rules configuration'
    . ' for the pipeline.';

sub needs ($job, $need) {
    return "'$job' job needs '$need' job, but '$need' does not exist in the pipeline."
        . ' This might be because of the only, except, or rules keywords. To need a job'
        . ' that sometimes does not exist in the pipeline, use needs:optional.';
}

# [name, configuration, expected, variables]
my @CASES = (
    [ 'no condition', 'a: {script: x}', 'a' ],
    [ 'hidden jobs are none', ".b: {script: x}\na: {script: x}", 'a' ],
    [ 'in the order of the file', "b: {script: x}\na: {script: x}\nc: {script: x}", 'b|a|c' ],

    [ 'extends one', ".b: {only: [tags]}\na: {extends: .b, script: x}", $EMPTY ],
    [ 'extends several, the last wins',
        ".b: {only: [tags]}\n.c: {only: [api]}\na: {extends: [.b, .c], script: x}", 'a' ],
    [ 'extends replaces lists', ".b: {only: [tags, main]}\na: {extends: .b, script: x, only: [tags]}", $EMPTY ],
    [ 'extends merges hashes', <<'YAML', 'a' ],
.b: {variables: {A: "1", B: "1"}}
.c: {extends: .b, variables: {B: "2"}}
a: {extends: .c, script: x, rules: [{if: '$A == "1" && $B == "2"'}]}
YAML
    [ 'eleven ancestors are as many as there may be', join("\n", '.j0: {only: [api]}',
        (map { ".j$_: {extends: .j" . ($_ - 1) . '}' } 1 .. 10), 'a: {extends: .j10, script: x}'), 'a' ],
    [ 'and twelve too many', join("\n", '.j0: {only: [api]}', (map { ".j$_: {extends: .j"
        . ($_ - 1) . '}' } 1 .. 12), 'a: {extends: .j12, script: x}'), '.j1: nesting too deep in `extends`' ],
    [ 'a circle of extends', ".a: {extends: .b}\n.b: {extends: .a}\nx: {script: x}",
        '.a: circular dependency detected in `extends`' ],
    [ 'extends what is no hash', ".b: [1]\na: {extends: .b, script: x}", 'a: invalid base hashes in `extends` (.b)' ],

    [ '!reference in rules', ".b: {rules: [{if: '\$CI_COMMIT_TAG', when: never}, {if: '\$V'}]}\n"
        . 'a: {script: x, rules: [!reference [.b, rules], {when: never}]}', 'a', V => 1 ],
    [ '!reference of a !reference', ".a: {only: [api]}\n.b: {only: !reference [.a, only]}\n"
        . 'a: {script: x, only: !reference [.b, only]}', 'a' ],
    [ 'a circle of !reference', 'a: {script: !reference [a, script]}',
        '!reference ["a", "script"] is part of a circular chain' ],
    [ '!reference to nothing', 'a: {script: !reference [b, script]}', '!reference ["b", "script"] could not be found' ],
    [ 'an empty !reference', 'a: {script: !reference []}', '!reference [] is not valid' ],

    [ 'anchors and <<', ".b: &b {only: [tags]}\na:\n  <<: *b\n  script: x", $EMPTY ],
    [ '<< behind a key wins over it', ".b: &b {only: [tags]}\na:\n  only: [api]\n  script: x\n  <<: *b", $EMPTY ],
    [ 'of equal keys the last counts', "a: {script: x, only: [api]}\na: {script: x, only: [tags]}", $EMPTY ],

    [ 'parallel', "a: {script: x, parallel: 3}", 'a 1/3|a 2/3|a 3/3' ],
    [ 'parallel: 1', 'a: {script: x, parallel: 1}', 'a 1/1' ],
    [ 'parallel: 201', 'a: {script: x, parallel: 201}', 'jobs:a:parallel config must be less than or equal to 200' ],
    [ 'a matrix', 'a: {script: x, parallel: {matrix: [{P: [aws, gcp], S: [one, two]}, {P: own, S: 3}]}}',
        'a: [aws, one]|a: [aws, two]|a: [gcp, one]|a: [gcp, two]|a: [own, 3]' ],
    [ 'a matrix with 3.10', 'a: {script: x, parallel: {matrix: [{P: [3.10]}]}}',
        'jobs:a:parallel:matrix:variables config should be a hash of key value pairs, value can be an array' ],
    [ 'rules see the matrix', "a: {script: x, parallel: {matrix: [{P: [b, c]}]}, rules: [{if: '\$P == \"c\"'}]}", 'a: [c]' ],
    [ 'rules see CI_NODE_INDEX', "a: {script: x, parallel: 3, rules: [{if: '\$CI_NODE_INDEX == \"2\"'}]}", 'a 2/3' ],
    [ 'rules see CI_NODE_TOTAL', "a: {script: x, rules: [{if: '\$CI_NODE_TOTAL == \"1\"'}]}", 'a' ],

    [ 'needs what is there', "b: {script: x, stage: build}\na: {script: x, needs: [b]}", 'b|a' ],
    [ 'needs what its rules leave out', "b: {script: x, rules: [{when: never}]}\na: {script: x, needs: [b]}", needs(qw(a b)) ],
    [ 'needs it perhaps', "b: {script: x, only: [tags]}\na: {script: x, needs: [{job: b, optional: true}]}", 'a' ],
    [ 'needs nothing', 'a: {script: x, needs: []}', 'a' ],
    [ 'needs what no file has', 'a: {script: x, needs: [b]}', 'a job: undefined need: b' ],
    [ 'needs a later stage', "a: {script: x, stage: build, needs: [b]}\nb: {script: x}",
        'a job: need b is not defined in current or prior stages' ],
    [ 'needs a parallel job', "b: {script: x, parallel: 2}\na: {script: x, needs: [b]}", 'b 1/2|b 2/2|a' ],
    [ 'needs one of a matrix', "b: {script: x, parallel: {matrix: [{P: [c, d]}]}, rules: [{if: '\$P == \"d\"'}]}\n"
        . "a: {script: x, needs: [{job: b, parallel: {matrix: [{P: d}]}}]}", 'b: [d]|a' ],
    [ 'rules:needs', "b: {script: x}\na: {script: x, rules: [{if: '\$V', needs: [b]}]}", 'b|a', V => 1 ],
    [ 'needs itself', 'a: {script: x, needs: [a]}', 'The pipeline has circular dependencies: self-dependency: a' ],
    [ 'needs of another pipeline', "a: {script: x, needs: [{pipeline: '\$UP', job: b}]}", 'a' ],
    [ 'dependencies', 'a: {script: x, dependencies: [b]}', 'a job: undefined dependency: b' ],

    [ 'only: [chats]', 'a: {script: x, only: [chats]}', $EMPTY ],
    [ 'only: [apis]', 'a: {script: x, only: [apis]}', 'a' ],
    [ 'only: [Api]', 'a: {script: x, only: [Api]}', $EMPTY ],
    [ 'only: api', 'a: {script: x, only: api}', 'jobs:a:only has to be either an array of conditions or a hash' ],
    [ 'only: []', "a: {script: x, only: []}\nb: {script: x}", 'b' ],
    [ 'only: a pattern with flags', 'a: {script: x, only: [/^MA.N$/i]}', 'a' ],
    [ 'only: a pattern of two', 'a: {script: x, only: [/n/]}', 'a' ],
    [ 'only: a look-around', 'a: {script: x, only: ["/m(?=a)/"]}',
        'jobs:a:only config should be an array of strings or regular expressions using re2 syntax' ],
    [ 'only: possessive', 'a: {script: x, only: ["/m++/"]}',
        'jobs:a:only config should be an array of strings or regular expressions using re2 syntax' ],
    [ 'only: ref@path', 'a: {script: x, only: ["main@ops/infra"]}', 'a' ],
    [ 'only: source@another', 'a: {script: x, only: ["api@ops/other"]}', $EMPTY ],
    [ 'only: ref@', 'a: {script: x, only: ["main@"]}', $EMPTY ],
    [ 'only: variables', "a: {script: x, only: {variables: ['\$V == \"1\"', '\$W']}}", 'a', V => 1 ],
    [ 'only: variables, none holds', "a: {script: x, only: {variables: ['\$V == \"2\"']}}", $EMPTY, V => 1 ],
    [ 'only: refs and variables', "a: {script: x, only: {refs: [tags], variables: ['\$V']}}", $EMPTY, V => 1 ],
    [ 'only: changes cannot be known', 'a: {script: x, only: {changes: [nothing]}}', 'a' ],
    [ 'only: kubernetes', 'a: {script: x, only: {kubernetes: active}}', $EMPTY ],
    [ 'except: kubernetes', 'a: {script: x, except: {kubernetes: active}}', 'a' ],
    [ 'except: changes', 'a: {script: x, except: {changes: [nothing]}}', $EMPTY ],
    [ 'except: any one excludes', "a: {script: x, except: {refs: [tags], variables: ['\$V']}}", $EMPTY, V => 1 ],
    [ 'except: [chat]', 'a: {script: x, except: [chat]}', 'a' ],
    [ 'except: [main]', 'a: {script: x, except: [main]}', $EMPTY ],
    [ 'only: variables keeps the refs beside workflow:rules', <<'YAML', 'a', V => 1 ],
workflow: {rules: [{when: always}]}
a: {script: x, only: {variables: [$V]}}
YAML

    [ 'rules: the first that holds', "a: {script: x, rules: [{if: '\$V', when: never}, {when: always}]}", $EMPTY, V => 1 ],
    [ 'rules: none holds', "a: {script: x, rules: [{if: '\$V'}]}", $EMPTY ],
    [ 'rules: an empty string is true for &&', "a: {script: x, rules: [{if: '\$E && \$V'}]}", 'a', E => '', V => 1 ],
    [ 'rules: and for ||', "a: {script: x, rules: [{if: '\$E || \$V'}]}", $EMPTY, E => '', V => 1 ],
    [ 'rules: null', "a: {script: x, rules: [{if: '\$E != null && \$N == null'}]}", 'a', E => '' ],
    [ 'rules: =~ a string', "a: {script: x, rules: [{if: '\"23\" =~ \$V'}]}", 'a', V => '1234' ],
    [ 'rules: =~ a pattern in a variable', "a: {script: x, rules: [{if: '\$CI_COMMIT_BRANCH =~ \$P'}]}", 'a', P => '/^m/' ],
    [ 'rules: !~ nothing', "a: {script: x, rules: [{if: '\$V !~ \$N'}]}", 'a', V => 1 ],
    [ 'rules: && before ||', "a: {script: x, rules: [{if: '\$V == \"1\" || \$V == \"2\" && \$V == \"3\"'}]}", 'a', V => 1 ],
    [ 'rules: ()', "a: {script: x, rules: [{if: '(\$V == \"1\" || \$V == \"2\") && \$V == \"3\"'}]}", $EMPTY, V => 1 ],
    ( map { [ "rules: `$_` is no expression", "a: {script: x, rules: [{if: '$_'}]}",
        'jobs:a:rules:rule if invalid expression syntax' ] } '${V}', '!$V', '$V == 1', '$V == true', '$V =~ /x/',
        '$V ==', '($V', '$V)', '', '$V =~ /a(?!b)/' ),
    [ 'rules: 100 tokens', "a: {script: x, rules: [{if: '" . join(' || ', ('$V') x 50) . " ('}]}",
        'jobs:a:rules:rule if invalid expression syntax' ],
    [ 'rules: 99 tokens', "a: {script: x, rules: [{if: '" . join(' || ', ('$V') x 50) . "'}]}", 'a', V => 1 ],
    [ 'rules: changes cannot be known', 'a: {script: x, rules: [{changes: [nothing]}]}', 'a' ],
    [ 'rules: changes:compare_to', 'a: {script: x, rules: [{changes: {paths: [nothing], compare_to: other}}]}', $EMPTY ],
    [ 'rules: changes:compare_to, it did', 'a: {script: x, rules: [{changes: {paths: ["**/*.c"], compare_to: other}}]}', 'a' ],
    [ 'rules: changes:compare_to nothing', 'a: {script: x, rules: [{changes: {paths: [x], compare_to: none}}]}',
        'Failed to parse rule for a: rules:changes:compare_to is not a valid ref' ],
    [ 'rules: exists', 'a: {script: x, rules: [{exists: [src/main.c]}]}', 'a' ],
    [ 'rules: exists, a folder', 'a: {script: x, rules: [{exists: [src/]}]}', 'a' ],
    [ 'rules: exists, by its end', 'a: {script: x, rules: [{exists: ["**/*.c"]}]}', 'a' ],
    [ 'rules: exists, a glob', 'a: {script: x, rules: [{exists: ["src/{x,m*n}.[a-d]"]}]}', 'a' ],
    [ 'rules: exists, a variable', "a: {script: x, rules: [{exists: ['\$D/main.c']}]}", 'a', D => 'src' ],
    [ 'rules: exists not', 'a: {script: x, rules: [{exists: ["*.c", src, none/]}]}', $EMPTY ],
    [ 'rules: all clauses', "a: {script: x, rules: [{if: '\$V', exists: [none]}]}", $EMPTY, V => 1 ],
    [ 'rules: in lists of lists', "a: {script: x, rules: [[[{if: '\$V'}]]]}", 'a', V => 1 ],
    [ 'rules: []', 'a: {script: x, rules: []}', q{jobs:a:rules config can't be blank} ],
    [ 'rules beside only', 'a: {script: x, only: [api], rules: [{when: always}]}',
        'jobs:a config key may not be used with `rules`: only' ],
    [ 'rules: what a workflow knows', 'a: {script: x, rules: [{auto_cancel: {}}]}',
        'jobs:a:rules:rule config contains unknown keys: auto_cancel' ],

    [ 'workflow says no', "workflow: {rules: [{if: '\$V'}]}\na: {script: x}", $FILTERED ],
    [ 'workflow says never', "workflow: {rules: [{when: never}]}\na: {script: x}", $FILTERED ],
    [ 'workflow by the source', "workflow: {rules: [{if: '\$CI_PIPELINE_SOURCE == \"chat\"'}]}\na: {script: x}", $FILTERED ],
    [ 'workflow by the source that a variable says',
        "workflow: {rules: [{if: '\$CI_PIPELINE_SOURCE == \"chat\"'}]}\na: {script: x}", 'a', CI_PIPELINE_SOURCE => 'chat' ],
    [ 'workflow without rules', "workflow: {name: x}\na: {script: x}", 'a' ],
    [ 'workflow does not see the job', "workflow: {rules: [{if: '\$CI_JOB_NAME'}]}\na: {script: x}", $FILTERED ],
    [ 'workflow variables', <<'YAML', 'a' ],
variables: {W: "0", G: "1"}
workflow: {rules: [{if: $G, variables: {W: "1"}}]}
a: {script: x, rules: [{if: $W == "1"}]}
b: {script: x, inherit: {variables: false}, rules: [{if: $W}]}
c: {script: x, inherit: {variables: [G]}, rules: [{if: $W}]}
YAML
    [ 'workflow when: manual', "workflow: {rules: [{when: manual}]}\na: {script: x}",
        'workflow:rules:rule when unknown value: manual' ],

    [ 'source by a variable', "a: {script: x, rules: [{if: '\$CI_PIPELINE_SOURCE == \"chat\"'}]}", 'a', CI_PIPELINE_SOURCE => 'chat' ],
    [ 'which is nothing to only', 'a: {script: x, only: [chat]}', $EMPTY, CI_PIPELINE_SOURCE => 'chat' ],
    [ 'project over yaml', "variables: {SECRET: x}\na: {script: x, variables: {SECRET: y}, rules: [{if: '\$SECRET == \"s3cr3t\"'}]}", 'a' ],
    [ 'pipeline over project', "a: {script: x, rules: [{if: '\$SECRET == \"v\"'}]}", 'a', SECRET => 'v' ],
    [ 'a variable of nothing is empty', "variables: {E: }\na: {script: x, rules: [{if: '\$E == \"\"'}]}", 'a' ],
    [ 'true is a text', "variables: {E: yes, F: 3.10}\na: {script: x, rules: [{if: '\$E == \"true\" && \$F == \"3.1\"'}]}", 'a' ],

    [ '.pre and .post alone are nothing', "a: {script: x, stage: .pre}\nb: {script: x, stage: .post}", $EMPTY ],
    [ '.pre beside another', "stages: [x]\na: {script: x, stage: .pre}\nb: {script: x, stage: x}", 'a|b' ],
    [ 'an unknown stage', "stages: [x]\na: {script: x}",
        'a job: chosen stage test does not exist; available stages are .pre, x, .post' ],

    [ 'include', 'include: ci/more.yml', 'more' ],
    [ 'include, overridden', "include: {local: /ci/more.yml}\nmore: {only: [tags]}", $EMPTY ],
    [ 'include by a glob', 'include: "ci/*.yml"', 'more|other' ],
    [ 'include by a variable', "include: 'ci/\$WHICH.yml'", 'other', WHICH => 'other' ],
    [ 'include:rules', "include: {local: ci/more.yml, rules: [{if: '\$CI_PIPELINE_SOURCE == \"chat\"'}]}\na: {script: x}", 'a' ],
    [ 'include:rules by the source that a variable says',
        "include: {local: ci/more.yml, rules: [{if: '\$CI_PIPELINE_SOURCE == \"chat\"'}]}\na: {script: x}",
        'more|a', CI_PIPELINE_SOURCE => 'chat' ],
    [ 'include:rules:exists', 'include: {local: ci/more.yml, rules: [{exists: [src/main.c]}]}', 'more' ],
    [ 'include of what includes', 'include: ci/deep.yaml', 'more' ],
    [ 'include with inputs', 'include: {local: in/put.yml, inputs: {name: given}}', 'given-1' ],
    [ 'include without the inputs it wants', 'include: in/put.yml', '`name` input: required value has not been provided' ],
    [ 'include of what is not there', 'include: none.yml', 'Local file `none.yml` does not exist!' ],
    [ 'include of another kind of file', 'include: README.md', 'Included file `README.md` does not have YAML extension!' ],
    [ 'include of a project', 'include: {project: x/y, file: z.yml}',
        'Include `file, project` is not known to the stand-in: only local files are' ],

    [ 'default', "default: {before_script: [x]}\na: {script: x}", 'a' ],
    [ 'default twice', "default: {image: x}\nimage: y\na: {script: x}",
        'default config image is defined in top-level and `default:` entry' ],
    [ 'default with a script is a job', "default: {script: x}", 'default' ],
    [ 'a job named like nothing special', "types: {script: x}", 'types' ],
    [ 'needs alone', "a: {needs: [b]}\nb: {script: x}", 'jobs:a config should contain either a trigger or a needs:pipeline' ],
    [ 'a job with a trigger', 'a: {script: x, trigger: b/c}', 'jobs:a config these keys cannot be used together: script, trigger' ],
    [ 'delayed without its time', 'a: {script: x, when: delayed}', 'jobs:a start in should be a duration' ],
);

subtest 'which jobs' => sub {
    my %files = (
        'src/main.c' => '', 'ci/more.yml' => 'more: {script: x}', 'ci/other.yml' => 'other: {script: x}',
        'ci/deep.yaml' => 'include: ci/more.yml',
        'in/put.yml' => "spec: {inputs: {name: , n: {default: 1}}}\n---\n\$[[ inputs.name ]]-\$[[ inputs.n ]]: {script: x}\n",
    );

    set_up('a: {script: x}', branches => { other => {} });
    control(set => { files => \%files });

    for my $case (@CASES) {
        my ($name, $yaml, $expected, %value) = @$case;

        control(set => { files => { '.gitlab-ci.yml' => $yaml } });
        is(names('main', %value), $expected, $name);
    }
};

subtest 'tags' => sub {
    set_up(<<'YAML', tags => { 'v1.0' => { message => "One\n" } });
branch: {script: x, only: [branches]}
tag: {script: x, only: [tags]}
rule: {script: x, rules: [{if: '$CI_COMMIT_TAG && $CI_COMMIT_BRANCH == null'}]}
pattern: {script: x, only: [/^v\d/]}
YAML

    my $tag = call(GET => "$infra/repository/tags/v1.0")->json;

    is("$tag->{name} $tag->{message}", "v1.0 One\n", 'a tag');
    is($tag->{commit}{id}, $tag->{target}, 'its commit');
    is_answer(call(GET => "$infra/repository/tags/v2"), 404, { message => '404 Tag Not Found' }, 'no tag');
    is(scalar @{ call(GET => "$infra/repository/tags")->json }, 1, 'all of them');
    is(names('v1.0'), 'tag|rule|pattern', 'its jobs');

    my $pipeline = pipeline('v1.0')->json;

    is("$pipeline->{ref} $pipeline->{tag} $pipeline->{sha}", "v1.0 1 $tag->{target}", 'a pipeline on a tag');
    ok(jobs_of($pipeline->{id})->[0]{tag}, 'its jobs say so');
    is(call(GET => "$infra/pipelines?scope=tags")->headers->header('X-Total'), 2, 'listed');
    ok(call(GET => "$infra/ci/lint?content_ref=v1.0")->json->{valid}, 'lint');
    is(call(GET => "$infra/repository/files/.gitlab-ci.yml/raw?ref=v1.0")->code, 200, 'its files');
    is(call(GET => "$infra/repository/files/.gitlab-ci.yml/raw?ref=$tag->{target}")->code, 200, 'by the sha');

    control(set => { project => { protected_tags => [ { name => 'v*', create => 40 } ] } });
    refused(pipeline('v1.0'), q{You do not have sufficient permission to run a pipeline on 'v1.0'. Please select}
        . ' a different branch or contact your administrator for assistance.', 'a protected tag');
    control(tag => { tag => 'main', ref => 'main' });
    refused(pipeline('main'), 'Ref is ambiguous', 'a tag and a branch');
    is(pipeline('refs/heads/main')->json->{ref}, 'main', 'unless it is said which');
};

subtest 'bridges' => sub {
    set_up(<<'YAML', files => { 'child.yml' => "kid: {script: ['true']}" });
child: {trigger: {include: child.yml, strategy: depend}}
away: {trigger: ops/other, allow_failure: true}
job: {script: ['true']}
after: {script: ['true'], stage: deploy}
YAML
    control(set => { runner => { enabled => 1 } });

    my $id = pipeline('main')->json->{id};

    is(join(' ', sort map { $_->{name} } @{ jobs_of($id) }), 'after job', 'are no jobs');
    is(wait_for($id)->{status}, 'success', 'and hold nobody up');

    my %bridge = map { $_->{name} => $_ } @{ call(GET => "$infra/pipelines/$id/bridges")->json };

    is(join(' ', sort keys %bridge), 'away child', 'bridges');
    is("$bridge{away}{status} $bridge{away}{failure_reason}", 'failed downstream_bridge_project_not_found', 'another project');
    is($bridge{child}{downstream_pipeline}{source}, 'parent_pipeline', 'a child');
    is(jobs_of($bridge{child}{downstream_pipeline}{id})->[0]{name}, 'kid', 'with its job');
    is(call(GET => "$infra/pipelines")->headers->header('X-Total'), 1, 'not listed');
    is(call(GET => "$infra/pipelines?source=parent_pipeline")->headers->header('X-Total'), 1, 'unless asked for');
};

subtest 'what a job gets' => sub {
    control('reset');

    my $out = sub ($yaml, @variables) {
        my $text = run($yaml, @variables) =~ s/^\e.*\n//gmr;
        chomp $text;
        return $text;
    };

    is($out->(encode_json({ a => { script => ['echo "$CI_NODE_INDEX/$CI_NODE_TOTAL $CI_JOB_NAME $CI_JOB_GROUP_NAME"'],
        parallel => 1 } })), '1/1 a 1/1 a', 'parallel');
    is($out->(encode_json({ a => { script => ['echo "$P $CI_NODE_TOTAL $CI_JOB_NAME"'], variables => { P => 'own' },
        parallel => { matrix => [ { P => ['given'] } ] } } })), 'given 1 a: [given]', 'a matrix');
    is($out->(script('echo "$CI_PIPELINE_SOURCE $CI_COMMIT_BRANCH $CI_COMMIT_TAG."'),
        variables(CI_PIPELINE_SOURCE => 'chat')) =~ s{run/\d+}{REF}r, 'chat REF .', 'the source that a variable says');
    is($out->(encode_json({ variables => { SECRET => 'yaml' }, a => { script => ['echo $SECRET'],
        variables => { SECRET => 'job' } } })), 's3cr3t', 'the project wins over the file');
    is($out->(encode_json({ a => { script => ['echo $V $W'], variables => { V => 1, W => 1 },
        rules => [ { when => 'on_success', variables => { V => 2 } } ] } })), '2 1', 'variables of a rule');
    is($out->(encode_json({ workflow => { rules => [ { when => 'always', variables => { V => 2 } } ] },
        variables => { V => 1, W => 1 }, a => { script => ['echo $V $W'] } })), '2 1', 'variables of the workflow');
    is($out->(encode_json({ default => { before_script => ['echo default'] }, a => { script => ['echo a'] } })),
        "default\na", 'default');
    is($out->(encode_json({ default => { before_script => ['echo default'] }, a => { script => ['echo a'],
        inherit => { default => \0 } } })), 'a', 'inherit: default: false');
    is($out->(encode_json({ default => { before_script => ['echo default'] }, a => { script => ['echo a'],
        inherit => { default => ['image'] } } })), 'a', 'inherit: some');
    is($out->(encode_json({ variables => { A => 1, B => 2 }, a => { script => ['echo "$A,$B"'],
        inherit => { variables => ['B'] } } })), ',2', 'inherit: variables');
    is($out->(encode_json({ a => { script => ['echo $CI_ENVIRONMENT_NAME'], variables => { E => 'prod' },
        environment => { name => 'x/$E' } } })), 'x/prod', 'an environment');

    control(set => { variables => [ { key => 'P', value => 'p', protected => 1 } ] });
    is($out->(script('echo "[$P]"')), '[]', 'a protected variable is not for every branch');
};

subtest 'when' => sub {
    my $when = sub ($yaml) {
        set_up($yaml);
        my $id = pipeline('main')->json->{id};
        wait_for($id, qr/\A(?!created)/);
        my $job = jobs_of($id)->[0];
        return "$job->{status} " . ($job->{allow_failure} ? 'may fail' : 'must not');
    };

    is($when->('a: {script: x, when: manual}'), 'manual may fail', 'manual');
    is($when->('a: {script: x, when: manual, allow_failure: false}'), 'manual must not', 'manual, blocking');
    is($when->('a: {script: x, rules: [{when: manual}]}'), 'manual must not', 'manual by a rule blocks');
    is($when->('a: {script: x, when: manual, rules: [{when: on_success}]}'), 'pending may fail', 'the rule says when');
    is($when->('a: {script: x, rules: [{when: manual, allow_failure: true}]}'), 'manual may fail', 'the rule says all');
    is($when->('a: {script: x, when: delayed, start_in: 1 hour}'), 'scheduled must not', 'delayed');
    is($when->("a: {script: x, rules: [{when: delayed, start_in: '1 hour'}]}"), 'scheduled must not', 'delayed by a rule');
    is($when->('a: {script: x, when: on_failure}'), 'skipped must not', 'on_failure');
};

subtest 'lint resolves' => sub {
    set_up(<<'YAML', files => { 'ci/base.yml' => ".base: {only: [chat], variables: {A: base, B: base}}\n" });
include: ci/base.yml
stages: [x]
.tools: {script: [echo one]}
a:
  extends: .base
  stage: x
  variables: {A: own}
  script: [!reference [.tools, script], echo two]
b:
  script: ["a long command: --with-an-option --with-another-option --and-a-third-one --which-folds --it", "tab\ttab"]
  stage: x
  variables: {F: 3.10, E: , "n": "12", D: "$X y"}
  when: manual
  parallel: {matrix: [{P: [1]}]}
YAML

    my $lint = call(GET => "$infra/ci/lint?content_ref=main&include_jobs=true")->json;

    is(join('; ', @{ $lint->{errors} }), '', 'it is valid');
    is($lint->{merged_yaml}, <<'YAML', 'as GitLab does');
---
".base":
  only:
  - chat
  variables:
    A: base
    B: base
stages:
- ".pre"
- x
- ".post"
".tools":
  script:
  - echo one
a:
  only:
  - chat
  variables:
    A: own
    B: base
  extends: ".base"
  stage: x
  script:
  - - echo one
  - echo two
b:
  script:
  - 'a long command: --with-an-option --with-another-option --and-a-third-one --which-folds
    --it'
  - "tab\ttab"
  stage: x
  variables:
    F: 3.1
    E:
    "n": '12'
    D: "$X y"
  when: manual
  parallel:
    matrix:
    - P:
      - 1
YAML
    is_deeply((grep { $_->{name} eq 'a' } @{ $lint->{jobs} })[0]{script}, [ 'echo one', 'echo two' ], 'its job');

    my $post = sub (%body) { call(POST => "$infra/ci/lint", \%body)->json };

    ok($post->(content => 'a: {script: x, only: [chat]}')->{valid}, 'what is given');
    ok($post->(content => 'a: {script: x}', dry_run => \1, ref => 'main')->{valid}, 'a dry run');
    is($post->(content => 'a: {script: x, only: [chat]}', dry_run => \1)->{errors}[0], $EMPTY, 'is a push');
    is($post->(content => "b: {script: x, only: [tags]}\na: {script: x, needs: [b]}", dry_run => \1)->{errors}[0],
        needs(qw(a b)), 'with its needs');
    is($post->(content => 'a: {script: x}', dry_run => \1, ref => 'none')->{errors}[0], 'Reference not found', 'no such ref');
    ok($post->(content => 'include: ci/base.yml')->{errors}[0], 'includes are those of the repository');
};

subtest 'what no configuration says' => sub {
    set_up('a: {script: x}', project => { policy_jobs => [ { name => 'scan' } ] });
    is(names(), 'a|scan', 'a job of a policy');
    control(set => { files => { '.gitlab-ci.yml' => 'a: {script: x, only: [chat]}' } });
    is(names(), 'scan', 'even when there is no other');
    is_deeply([ map { $_->{name} } @{ call(GET => "$infra/ci/lint?include_jobs=true")->json->{jobs} } ], ['a'], 'lint does not know');

    set_up('a: {script: x}', project => { moves => { files => { '.gitlab-ci.yml' => 'b: {script: x}' } } });
    my $before = call(GET => "$infra/repository/branches/main")->json->{commit}{id};
    my $made   = pipeline('main')->json;
    isnt($made->{sha}, $before, 'the branch has moved on');
    is(jobs_of($made->{id})->[0]{name}, 'b', 'and with it the jobs');
    is(pipeline('main')->json->{sha}, $made->{sha}, 'once');
};

subtest 'of pipelines' => sub {
    set_up('a: {script: ["echo $$ > $PIDFILE; sleep 300"]}',
        variables => [ { key => 'PIDFILE', value => "$dir/job.pid" } ]);
    control(set => { runner => { enabled => 1 } });

    my $id = pipeline('main', { key => 'A', value => 'a' }, { key => 'F', value => 'f', variable_type => 'file' })->json->{id};

    is_deeply([ map { "$_->{key} $_->{value} $_->{variable_type}" } @{ call(GET => "$infra/pipelines/$id/variables")->json } ],
        [ 'A a env_var', 'F f file' ], 'its variables');
    is(call(GET => "$infra/pipelines/$id/variables", undef, 'PRIVATE-TOKEN' => 'glpat-alice')->code, 403, 'not for everyone');
    is(call(GET => "$infra/pipelines/$id/variables", undef, 'PRIVATE-TOKEN' => 'glpat-maria')->code, 200, 'but a maintainer');

    for (1 .. 100) { last if -s "$dir/job.pid"; select undef, undef, undef, 0.05 }
    open my $in, '<', "$dir/job.pid" or fail('it runs');
    chomp(my $job = <$in> // 0);
    ok(kill(0, $job), 'it runs');
    is(call(POST => "$infra/pipelines/$id/cancel", undef, 'PRIVATE-TOKEN' => 'glpat-rita')->code, 403, 'not canceled by a reporter');
    is(call(POST => "$infra/pipelines/$id/cancel")->code, 200, 'canceled');
    is(wait_for($id)->{status}, 'canceled', 'so it is');
    is(jobs_of($id)->[0]{status}, 'canceled', 'with its job');
    ok(!kill(0, $job), 'which does not run any more');

    my $sha = call(GET => "$infra/pipelines/$id")->json->{sha};
    my $count = sub ($query) { call(GET => "$infra/pipelines?$query")->headers->header('X-Total') };

    is($count->("sha=$sha&source=api&ref=main&username=chatops-bot&updated_after=2020-01-01T00:00:00Z&order_by=updated_at"),
        1, 'listed by all that');
    is($count->($_), 0, $_) for 'sha=' . 'a' x 40, 'username=alice', 'ref=other', 'source=chat';

    control(faults => [ { method => 'POST', path => '/cancel$', status => 503, times => 1 },
        { method => 'GET', path => '/bridges', status => 429, headers => { 'Retry-After' => 1 }, times => 1 },
        { method => 'GET', path => '/repository/tags/', action => 'drop', times => 1 } ]);
    is(call(POST => "$infra/pipelines/$id/cancel")->code, 503, 'faults: cancel');
    is(call(GET => "$infra/pipelines/$id/bridges")->code, 429, 'bridges');
    is(call(GET => "$infra/repository/tags/x")->code, undef, 'tags');
};

is_deeply([ map { $_->{reason} } @{ state_now()->{complaints} } ], [], 'nothing to complain of');

done_testing;
