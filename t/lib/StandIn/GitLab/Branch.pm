package StandIn::GitLab::Branch;

# …/repository/branches (lib/api/branches.rb, Branches::*Service,
# lib/gitlab/checks/branch_check.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Commit qw(branch_name_valid push_pipeline);
use StandIn::GitLab::Page qw(page_of);
use StandIn::GitLab::Refusal qw(forbidden invalid not_found refuse);

our @EXPORT_OK = qw(branch_create branch_delete branch_get branch_list);

sub _entity ($request, $name) {
    my ($project, $user, $app) = @{$request}{qw(project user app)};
    my $repository = $project->repository;
    my $rule       = $project->protection($name);

    return {
        name => $name,
        commit => $app->commit_entity($project,
            $repository->commits->{ $repository->head($name) }),
        merged  => $app->bool(0),
        protected => $app->bool($rule),
        developers_can_push  => $app->bool($rule && $rule->{push} <= 30),
        developers_can_merge => $app->bool($rule && $rule->{merge} <= 30),
        can_push => $app->bool($project->can_push($user, $name)),
        default  => $app->bool($name eq $project->default_branch),
        web_url  => $project->web_url . "/-/tree/$name",
    };
}

sub branch_get ($request) {
    my $name = $request->{path_of}{branch};

    not_found('Branch') unless defined $request->{project}->repository->head($name);

    return [ 200, _entity($request, $name) ];
}

sub branch_list ($request) {
    my @names  = sort keys %{ $request->{project}->repository->branches };
    my $search = $request->{query}{search} // '';

    invalid('regex is not known to the stand-in') if defined $request->{query}{regex};

    if (length $search) {
        my $start = $search =~ s/\A\^//;
        my $end   = $search =~ s/\$\z//;
        my $regexp = join '.*', map { quotemeta } split /\*/, $search, -1;

        $regexp = ($start ? '\A' : '') . $regexp . ($end ? '\z' : '');
        @names = grep { /$regexp/i } @names;
    }

    my ($page, $headers) = page_of($request, @names);

    return [ 200, [ map { _entity($request, $_) } @$page ], $headers ];
}

sub branch_create ($request) {
    my ($project, $user, $params) = @{$request}{qw(project user params)};
    my @missing = grep { !defined $params->{$_} } qw(branch ref);

    invalid(join ', ', map { "$_ is missing" } @missing) if @missing;
    $project->require_access($user, 30);

    my ($name, $ref) = @{$params}{qw(branch ref)};
    my $commit = $project->repository->resolve($ref);

    refuse(400, { message => 'Branch name is invalid' }) unless branch_name_valid($name);
    refuse(400, { message => 'Branch already exists' })
        if defined $project->repository->head($name);
    refuse(400, { message => "Invalid reference name: $ref" }) unless $commit;
    refuse(400, { message =>
        'You are not allowed to create protected branches on this project.' })
        unless $project->can_push($user, $name);
    refuse(400, { message => "Failed to create branch '$name': invalid reference name '$ref'" })
        if $project->repository->in_the_way($name);

    $project->repository->set_branch($name, $commit->{sha});
    push_pipeline($project, $user, $name);

    return [ 201, _entity($request, $name) ];
}

sub branch_delete ($request) {
    my ($project, $user) = @{$request}{qw(project user)};
    my $name = $request->{path_of}{branch};

    $project->require_access($user, 30);
    not_found('Branch') unless defined $project->repository->head($name);

    refuse(400, { message => 'The default branch of a project cannot be deleted.' })
        if $name eq $project->default_branch;
    refuse(400, { message => 'You are not allowed to delete protected branches from'
        . ' this project. Only a project maintainer or owner can delete a protected branch.' })
        if $project->protection($name) && $project->access($user) < 40;

    $project->repository->delete_branch($name);

    return [ 204 ];
}

1;
