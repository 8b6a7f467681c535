package StandIn::GitLab::Commit;

# POST …/repository/commits (lib/api/commits.rb, Commits::CreateService,
# Files::MultiService, gitaly's index errors).

use Mojo::Base -strict, -signatures;

use Encode qw(encode_utf8);
use Exporter 'import';
use MIME::Base64 qw(decode_base64);
use StandIn::GitLab::Pipeline;
use StandIn::GitLab::Refusal qw(forbidden invalid refuse);

our @EXPORT_OK = qw(branch_name_valid commit_create push_pipeline);

my %ACTION = map { $_ => 1 } qw(create update delete move chmod);
my %PARAMETER = map { $_ => 1 } qw(branch commit_message actions start_branch
    start_sha start_project author_email author_name stats force allow_empty);

sub _refuse ($text) { refuse(400, { message => $text }) }

sub branch_name_valid ($name) {
    return length $name
        && $name !~ m{\A[-/.]|[/.]\z|\.\.|//|/\.|\.lock(?:/|\z)|@\{|[\x00-\x20\x7f~^:?*\[\\]}
        && $name !~ m{\A(?:HEAD|@|refs/.*)\z}
        && $name !~ m{\A[0-9a-f]{40}(?:-/|/|\z)};
}

sub commit_create ($request) {
    my ($project, $user, $body) = @{$request}{qw(project user params)};
    my @missing = grep { !defined $body->{$_} } qw(branch commit_message actions);

    invalid(join ', ', map { "$_ is missing" } @missing) if @missing;

    for my $key (sort keys %$body) {
        invalid("$key is not known to the stand-in") unless $PARAMETER{$key};
        invalid("$key is invalid") if $key ne 'actions' && ref $body->{$key}
            && $key !~ /\A(?:force|stats|allow_empty)\z/;
    }

    invalid('actions is invalid') if ref $body->{actions} ne 'ARRAY'
        || grep { ref ne 'HASH' } @{ $body->{actions} };
    invalid('start_branch, start_sha are mutually exclusive')
        if defined $body->{start_branch} && defined $body->{start_sha};
    invalid('start_project is not known to the stand-in')
        if defined $body->{start_project};
    _check_action($_, $body->{actions}[$_]) for 0 .. $#{ $body->{actions} };

    my $branch = $body->{branch};

    $project->require_access($user, 20);
    forbidden('You are not allowed to push into this branch')
        unless $project->can_push($user, $branch);

    my $parent = _parent($project, $branch, $body);
    my %files  = $parent ? %{ $parent->{files} } : ();
    my ($plus, $minus) = _act($project->repository, \%files, $parent, $body->{actions});

    my $repository = $project->repository;

    _refuse("Could not update refs/heads/$branch. Please refresh and try again.")
        if $repository->in_the_way($branch);

    my $commit = $repository->commit(
        files   => \%files,
        parents => [ $parent ? $parent->{sha} : () ],
        message => $body->{commit_message},
        name    => $body->{author_name}  // $user->{name},
        email   => $body->{author_email} // "$user->{username}\@example.com",
    );

    $repository->set_branch($branch, $commit->{sha});
    push_pipeline($project, $user, $branch);

    return [ 201, {
        %{ $project->app->commit_entity($project, $commit) },
        stats => { additions => $plus, deletions => $minus, total => $plus + $minus },
        status => undef, project_id => $project->id, last_pipeline => undef,
    } ];
}

# What GitLab does after each push; what it refuses is not seen by anyone.
sub push_pipeline ($project, $user, $branch) {
    return if eval {
        StandIn::GitLab::Pipeline->create(
            project => $project, user => $user, ref => $branch, source => 'push');
        1;
    };

    die $@ unless ref $@ && $@->isa('StandIn::GitLab::Refusal');
}

sub _check_action ($n, $action) {
    my $kind = $action->{action};

    invalid("actions[$n][action] is missing") unless defined $kind;
    invalid("actions[$n][action] does not have a valid value")
        if ref $kind || !$ACTION{$kind};
    invalid("actions[$n][action] is not known to the stand-in")
        if $kind eq 'move' || $kind eq 'chmod';
    invalid("actions[$n][file_path] is missing")
        if !defined $action->{file_path} || !length $action->{file_path};
    invalid("actions[$n][content] is missing")
        if $kind ne 'delete' && !defined $action->{content};
    invalid("actions[$n][encoding] does not have a valid value")
        if defined $action->{encoding} && $action->{encoding} !~ /\A(?:text|base64)\z/;

    my @unknown = grep { !/\A(?:action|file_path|content|encoding|last_commit_id
        |execute_filemode|previous_path)\z/x } sort keys %$action;

    invalid("actions[$n][$unknown[0]] is not known to the stand-in") if @unknown;
}

sub _parent ($project, $branch, $body) {
    my $repository = $project->repository;
    my $empty      = !%{ $repository->branches };
    my $start      = $body->{start_branch};
    my $sha        = $body->{start_sha};
    my $exists     = defined $repository->head($branch);

    if (defined $sha) {
        _refuse("Invalid start_sha '$sha'") if $sha !~ /\A[0-9a-f]{40}\z/;
        _refuse("Cannot find start_sha '$sha'") unless $repository->commits->{$sha};

    } else {
        $start //= $branch;
        _refuse('You can only create or edit files when you are on a branch')
            if !$empty && !defined $repository->head($start);
    }

    my $other = defined $sha || $start ne $branch;

    _refuse("A branch called '$branch' already exists."
        . ' Switch to that branch in order to make changes')
        if !$empty && $other && $exists && !$body->{force};
    _refuse("Something went wrong when we tried to create '$branch' for you:"
        . ' Branch name is invalid') if $other && !branch_name_valid($branch);

    return undef if $empty;
    return $repository->commits->{ $sha // $repository->head($start) };
}

sub _act ($repository, $files, $parent, $actions) {
    my ($plus, $minus) = (0, 0);

    for my $action (@$actions) {
        my ($kind, $path) = @{$action}{qw(action file_path)};
        my $old = $files->{$path};

        _refuse('Path cannot include directory traversal')
            if $path =~ m{(?:\A|/)\.\.(?:/|\z)};
        _refuse("invalid path: '$path'")
            if $path =~ m{\A/|/\z|//|(?:\A|/)\.(?:git)?(?:/|\z)}i;
        _refuse('A file with this name already exists') if $kind eq 'create' && $old;
        _refuse('A directory with this name already exists')
            if $kind eq 'create' && grep { index($_, "$path/") == 0 } keys %$files;
        _refuse(q{A file with this name doesn't exist}) if $kind ne 'create' && !$old;
        _refuse("The file has changed since you started editing it: $path")
            if defined $action->{last_commit_id} && $parent
            && $action->{last_commit_id} ne _last_commit($repository, $parent, $path);

        my $before = $old ? $repository->blobs->{ $old->[1] } : '';
        my $after  = '';

        if ($kind eq 'delete') {
            delete $files->{$path};

        } else {
            $after = ($action->{encoding} // 'text') eq 'base64'
                ? decode_base64($action->{content}) : encode_utf8($action->{content});

            my $mode = exists $action->{execute_filemode}
                ? ($action->{execute_filemode} ? '100755' : '100644')
                : $old ? $old->[0] : '100644';

            $files->{$path} = [ $mode, $repository->blob($after) ];
        }

        my %count;
        $count{$_}++ for split /^/, $after;
        $count{$_}-- for split /^/, $before;
        $_ > 0 ? ($plus += $_) : ($minus -= $_) for values %count;
    }

    return ($plus, $minus);
}

# The last commit that touched a path.
sub _last_commit ($repository, $commit, $path) {
    my $blob = $commit->{files}{$path}[1] // '';

    while (my $sha = $commit->{parents}[0]) {
        my $parent = $repository->commits->{$sha};
        last if ($parent->{files}{$path} ? $parent->{files}{$path}[1] : '') ne $blob;
        $commit = $parent;
    }

    return $commit->{sha};
}

1;
