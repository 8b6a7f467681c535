package StandIn::GitLab::Project;

# A project: its settings, who may do what in it, and how the API shows it.

use Mojo::Base -base, -signatures;

use POSIX qw(strftime);
use StandIn::GitLab::Refusal qw(forbidden not_found);
use StandIn::GitLab::Repository;

has [qw(app id path dir)];
has default_branch  => 'main';
has ci_config_path  => undef;
has jobs_enabled    => 1;
has archived        => 0;
has members         => sub { {} };    # user id => { access_level, expires_at }
has variables       => sub { [] };    # { key, value, raw, protected }
has protected_branches => sub { [] }; # { name, push, merge }
has protected_tags => sub { [] };     # { name, create }
has policy_jobs    => sub { [] };     # { name, stage, script }: in each pipeline
has integrations   => sub { {} };     # { slack_slash_commands: { token, active } }
has moves          => undef;          # { files, message }, see Control
has minimum_override_role => 'developer';
has pipelines_per_minute => undef;    # per user and sha
has pipelines       => sub { {} };
has jobs            => sub { {} };
has iid             => 0;
has repository      => sub ($self) {
    StandIn::GitLab::Repository->new(
        dir => $self->dir, default_branch => $self->default_branch)->create;
};

my %ROLE = (no_one_allowed => 1000, developer => 30, maintainer => 40, owner => 50);

sub config_path ($self) {
    my $path = $self->ci_config_path;
    return defined $path && length $path ? $path : '.gitlab-ci.yml';
}

sub web_url ($self) { return $self->app->external_url . '/' . $self->path }

sub access ($self, $user) {
    return 60 if $user->{admin};

    my $member = $self->members->{ $user->{id} } // return 0;

    return 0 if defined $member->{expires_at}
        && $member->{expires_at} le strftime('%Y-%m-%d', gmtime);

    return $member->{access_level};
}

# Somebody else commits just before a pipeline is made there, once.
sub move_on ($self, $branch) {
    my $moves = $self->moves // return;

    return if $branch ne ($moves->{branch} // $self->default_branch);

    $self->moves(undef);
    $self->app->commit_files($branch, $moves->{files} // {}, $moves->{message} // 'Moved on');
}

# Refuses as the API does: a project that one cannot see is not there.
sub require_access ($self, $user, $level) {
    my $access = $self->access($user);

    not_found('Project') if $access < 10;
    forbidden()          if $access < $level;
}

sub _rules_for ($rules, $name) {
    return grep {
        my $regexp = join '.*', map { quotemeta } split /\*/, $_->{name}, -1;
        $name =~ /\A$regexp\z/;
    } @$rules;
}

sub protection ($self, $branch) {
    my @rules = _rules_for($self->protected_branches, $branch);

    return undef unless @rules;

    my ($push, $merge) = (1000, 1000);

    for my $rule (@rules) {
        my ($p, $m) = ($rule->{push} // 40, $rule->{merge} // 40);
        $push  = $p if $p && $p < $push;
        $merge = $m if $m && $m < $merge;
    }

    return { push => $push, merge => $merge };
}

sub can_push ($self, $user, $branch) {
    my $access     = $self->access($user);
    my $protection = $self->protection($branch);

    return $access >= 30 && (!$protection || $access >= $protection->{push});
}

sub can_merge ($self, $user, $branch) {
    my $access     = $self->access($user);
    my $protection = $self->protection($branch);

    return $access >= 30 && (!$protection || $access >= $protection->{merge});
}

sub can_run_on ($self, $user, $ref, $tag = 0) {
    return $self->can_push($user, $ref) || $self->can_merge($user, $ref) unless $tag;

    my @rules = _rules_for($self->protected_tags, $ref);

    return $self->access($user) >= 30
        && (!@rules || grep { $self->access($user) >= ($_->{create} // 40) } @rules);
}

sub is_protected ($self, $ref, $tag) {
    return $tag ? !!_rules_for($self->protected_tags, $ref) : !!$self->protection($ref);
}

sub can_set_variables ($self, $user) {
    return $self->access($user) >= $ROLE{ $self->minimum_override_role };
}

sub entity ($self, $user) {
    my ($namespace, $name) = $self->path =~ m{\A(.+)/([^/]+)\z};
    my $url = $self->web_url;

    return {
        id => $self->id, description => '', name => $name,
        name_with_namespace => "$namespace / $name", path => $name,
        path_with_namespace => $self->path, created_at => '2026-01-05T09:00:00.000Z',
        default_branch => %{ $self->repository->branches }
            ? $self->default_branch : undef,
        tag_list => [], topics => [], web_url => $url,
        http_url_to_repo => "$url.git", readme_url => undef, avatar_url => undef,
        star_count => 0, forks_count => 0,
        last_activity_at => '2026-01-05T09:00:00.000Z',
        visibility => 'private', archived => $self->app->bool($self->archived),
        empty_repo => $self->app->bool(!%{ $self->repository->branches }),
        namespace => { id => 7, name => $namespace, path => $namespace,
            kind => 'group', full_path => $namespace, parent_id => undef },
        jobs_enabled => $self->app->bool($self->jobs_enabled),
        builds_access_level => $self->jobs_enabled ? 'enabled' : 'disabled',
        ci_config_path => $self->ci_config_path,
        ci_pipeline_variables_minimum_override_role => $self->minimum_override_role,
        restrict_user_defined_variables =>
            $self->app->bool($self->minimum_override_role ne 'developer'),
        permissions => { project_access => {
            access_level => $self->access($user), notification_level => 3 },
            group_access => undef },
    };
}

sub member_entity ($self, $id) {
    my $member = $self->members->{$id} // not_found_record();
    my $user   = $self->app->users->{$id} // not_found_record();

    return {
        %{ $self->app->user_entity($user) },
        access_level => $member->{access_level},
        created_at   => '2026-01-05T09:00:00.000Z',
        expires_at   => $member->{expires_at},
        membership_state => 'active',
    };
}

# lib/api/api.rb: rescue_from ActiveRecord::RecordNotFound
sub not_found_record {
    StandIn::GitLab::Refusal::refuse(404, { message => '404 Not found' });
}

1;
