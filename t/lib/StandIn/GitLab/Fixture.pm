package StandIn::GitLab::Fixture;

# What a test finds when it sets nothing: one project and its people.

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT_OK = qw(fixture_files fixture_project fixture_users);

# GitLab's ChatOps documentation (docs.gitlab.com/ci/chatops).
my $CONFIG = <<'YAML';
stages:
  - chatops

hello-world:
  stage: chatops
  only: [chat]
  script:
    - echo "Hello World."

ls:
  stage: chatops
  only: [chat]
  script:
    - echo "This command will not be shown."
    - echo -e "section_start:$( date +%s ):chat_reply\r\033[0K\n$( ls -la )\nsection_end:$( date +%s ):chat_reply\r\033[0K"
YAML

# Each has the token "glpat-<username>".
sub fixture_users {
    return {
        1  => { username => 'root', name => 'Administrator', admin => 1 },
        5  => { username => 'chatops-bot', name => 'ChatOps bot', bot => 1 },
        17 => { username => 'alice', name => 'Alice Example' },
        18 => { username => 'rita',  name => 'Rita Example' },
        19 => { username => 'maria', name => 'Maria Example' },
        20 => { username => 'bob',   name => 'Bob Example', state => 'blocked' },
        21 => { username => 'eve',   name => 'Eve Example' },
        22 => { username => 'mallory', name => 'Mallory Example' },
    };
}

# GitLab's own default: only maintainers push and merge to the default branch,
# so that a developer's API call cannot run a pipeline on it.
sub fixture_project {
    return {
        id => 42, path => 'ops/infra', default_branch => 'main',
        members => {
            5  => { access_level => 30 },
            17 => { access_level => 30 },
            18 => { access_level => 20 },
            19 => { access_level => 40 },
            20 => { access_level => 30 },
            21 => { access_level => 30, expires_at => '2026-01-31' },
        },
        variables => [ { key => 'SECRET', value => 's3cr3t', raw => 0 } ],
        protected_branches => [ { name => 'main', push => 40, merge => 40 } ],
    };
}

sub fixture_files {
    return {
        '.gitlab-ci.yml' => $CONFIG,
        'README.md'      => "# Infrastructure\n",
    };
}

1;
