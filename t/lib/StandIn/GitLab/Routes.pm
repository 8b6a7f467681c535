package StandIn::GitLab::Routes;

# Which part answers which request. Paths are told apart as they came, still
# encoded: a project path, a branch and a file name are one segment each.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Mojo::Util qw(decode url_unescape);
use StandIn::GitLab::Branch    qw(branch_create branch_delete branch_get branch_list);
use StandIn::GitLab::Chat      qw(chat_trigger);
use StandIn::GitLab::Commit    qw(commit_create);
use StandIn::GitLab::File      qw(file_get file_raw);
use StandIn::GitLab::Jobs      qw(job_cancel job_get job_play job_retry job_trace);
use StandIn::GitLab::Lint      qw(lint_get lint_post);
use StandIn::GitLab::Pipelines qw(pipeline_bridges pipeline_cancel pipeline_create pipeline_delete
    pipeline_get pipeline_jobs pipeline_list pipeline_variables);
use StandIn::GitLab::Project;
use StandIn::GitLab::Tag       qw(tag_get tag_list);
use StandIn::GitLab::Refusal   qw(invalid);
use StandIn::GitLab::Users     qw(user_by_id user_list user_self);

our @EXPORT_OK = qw(route_find);

# Access levels needed to read: 10 anyone who sees the project, 20 its code;
# open: nobody is asked for a token of the API.
my @ROUTES = (
    [ GET    => 'version', sub ($) { [ 200, { version => '18.3.0', revision => '5b9e0f1d7a2' } ] } ],
    [ GET    => 'user',              \&user_self ],
    [ GET    => 'users',             \&user_list ],
    [ GET    => 'users/:user_id',    \&user_by_id ],
    [ GET    => 'projects/:id',      \&_project, 10 ],
    [ GET    => 'projects/:id/members/all/:user_id', \&_member, 10 ],
    [ GET    => 'projects/:id/repository/branches',  \&branch_list, 20 ],
    [ POST   => 'projects/:id/repository/branches',  \&branch_create, 20 ],
    [ GET    => 'projects/:id/repository/branches/:branch', \&branch_get, 20 ],
    [ DELETE => 'projects/:id/repository/branches/:branch', \&branch_delete, 20 ],
    [ GET    => 'projects/:id/repository/tags',           \&tag_list, 20 ],
    [ GET    => 'projects/:id/repository/tags/:tag_name', \&tag_get, 20 ],
    [ GET    => 'projects/:id/repository/files/:file_path', \&file_get, 20 ],
    [ GET    => 'projects/:id/repository/files/:file_path/raw', \&file_raw, 20 ],
    [ POST   => 'projects/:id/repository/commits', \&commit_create, 20 ],
    [ GET    => 'projects/:id/ci/lint', \&lint_get, 20 ],
    [ POST   => 'projects/:id/ci/lint', \&lint_post, 20 ],
    [ POST   => 'projects/:id/pipeline', \&pipeline_create, 20 ],
    [ GET    => 'projects/:id/pipelines', \&pipeline_list, 20 ],
    [ GET    => 'projects/:id/pipelines/:pipeline_id', \&pipeline_get, 20 ],
    [ DELETE => 'projects/:id/pipelines/:pipeline_id', \&pipeline_delete, 20 ],
    [ GET    => 'projects/:id/pipelines/:pipeline_id/jobs', \&pipeline_jobs, 20 ],
    [ GET    => 'projects/:id/pipelines/:pipeline_id/bridges', \&pipeline_bridges, 20 ],
    [ GET    => 'projects/:id/pipelines/:pipeline_id/variables', \&pipeline_variables, 20 ],
    [ POST   => 'projects/:id/pipelines/:pipeline_id/cancel', \&pipeline_cancel, 20 ],
    [ GET    => 'projects/:id/jobs/:job_id',        \&job_get, 20 ],
    [ GET    => 'projects/:id/jobs/:job_id/trace',  \&job_trace, 20 ],
    [ POST   => 'projects/:id/jobs/:job_id/play',   \&job_play, 20 ],
    [ POST   => 'projects/:id/jobs/:job_id/cancel', \&job_cancel, 20 ],
    [ POST   => 'projects/:id/jobs/:job_id/retry',  \&job_retry, 20 ],
    [ POST   => 'projects/:id/integrations/:service/trigger', \&chat_trigger, 'open' ],
    [ POST   => 'projects/:id/services/:service/trigger',     \&chat_trigger, 'open' ],
);

my %BY_LENGTH;

for my $route (@ROUTES) {
    my ($method, $path, $handler, $level) = @$route;
    my @segments = split m{/}, $path;

    push @{ $BY_LENGTH{ scalar @segments } }, {
        method => $method, segments => \@segments, handler => $handler,
        ($level // '') eq 'open' ? (open => 1) : (level => $level) };
}

sub _project ($request) { return [ 200, $request->{project}->entity($request->{user}) ] }

sub _member ($request) {
    my $id = $request->{path_of}{user_id};

    invalid('user_id is invalid') if $id !~ /\A\d+\z/;

    return [ 200, $request->{project}->member_entity($id) ];
}

# (route, path parameters), (undef, 404) or (undef, 405).
sub route_find ($method, $path) {
    my @given = split m{/}, $path, -1;
    my $other = 0;

    for my $route (@{ $BY_LENGTH{ scalar @given } // [] }) {
        my %path_of;
        my $n = -1;

        for my $segment (@{ $route->{segments} }) {
            my $text = $given[ ++$n ];

            if ($segment =~ /\A:(.+)/) {
                last if $text eq '';
                $path_of{$1} = decode('UTF-8', url_unescape $text) // last;
                next;
            }

            last if $text ne $segment;
        } continue {
            $n = @given if $n == $#given;
        }

        next if $n != @given;
        return ($route, \%path_of) if $route->{method} eq $method;
        $other = 1;
    }

    return (undef, $other ? 405 : 404);
}

1;
