package StandIn::GitLab::Tag;

# …/repository/tags (lib/api/tags.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Page qw(page_of);
use StandIn::GitLab::Refusal qw(not_found);

our @EXPORT_OK = qw(tag_get tag_list);

sub _entity ($request, $name) {
    my ($project, $app) = @{$request}{qw(project app)};
    my $tag = $project->repository->tags->{$name};

    return {
        name => $name, message => $tag->{message}, target => $tag->{sha},
        commit => $app->commit_entity($project, $project->repository->commits->{ $tag->{sha} }),
        release => undef, protected => $app->bool($project->is_protected($name, 1)),
        created_at => undef,
    };
}

sub tag_get ($request) {
    my $name = $request->{path_of}{tag_name};

    not_found('Tag') unless $request->{project}->repository->tags->{$name};

    return [ 200, _entity($request, $name) ];
}

sub tag_list ($request) {
    my ($page, $headers) = page_of($request,
        sort keys %{ $request->{project}->repository->tags });

    return [ 200, [ map { _entity($request, $_) } @$page ], $headers ];
}

1;
