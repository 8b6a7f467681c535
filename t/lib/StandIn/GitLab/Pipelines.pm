package StandIn::GitLab::Pipelines;

# …/pipeline and …/pipelines (lib/api/ci/pipelines.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Mojo::Date;
use StandIn::GitLab::Bridge qw(bridge_entity);
use StandIn::GitLab::Page qw(page_of);
use StandIn::GitLab::Pipeline;
use StandIn::GitLab::Refusal qw(forbidden invalid);

our @EXPORT_OK = qw(pipeline_bridges pipeline_cancel pipeline_create pipeline_delete pipeline_get
    pipeline_jobs pipeline_list pipeline_of pipeline_variables variables_of);

my %STATUS = map { $_ => 1 } qw(created waiting_for_resource preparing
    waiting_for_callback pending running success failed canceling canceled
    skipped manual scheduled);
my %SOURCE = map { $_ => 1 } qw(unknown push web trigger schedule api external
    pipeline chat webide merge_request_event external_pull_request_event
    parent_pipeline ondemand_dast_scan ondemand_dast_validation
    security_orchestration_policy container_registry_push duo_workflow
    pipeline_execution_policy_schedule);
my %ORDER = map { $_ => 1 } qw(id status ref updated_at user_id);
my %QUERY = map { $_ => 1 } qw(page per_page scope status ref sha yaml_errors
    username updated_before updated_after created_before created_after
    order_by sort source name);

sub pipeline_of ($request) {
    my $id = $request->{path_of}{pipeline_id};

    invalid('pipeline_id is invalid') if $id !~ /\A\d+\z/;

    return $request->{project}->pipelines->{$id}
        // StandIn::GitLab::Project::not_found_record();
}

# A list of { key, value, variable_type } as the API declares it.
sub variables_of ($list, $name) {
    return [] unless defined $list;
    invalid("$name is invalid") if ref $list ne 'ARRAY' || grep { ref ne 'HASH' } @$list;

    my @variables;

    for my $n (0 .. $#$list) {
        my $entry = $list->[$n];

        for my $key (qw(key value)) {
            invalid("$name\[$n][$key] is missing") unless defined $entry->{$key};
            invalid("$name\[$n][$key] is invalid") if ref $entry->{$key};
        }

        my ($odd) = grep { !/\A(?:key|value|variable_type)\z/ } sort keys %$entry;

        invalid("$name\[$n][$odd] is not known to the stand-in") if defined $odd;
        invalid("$name\[$n][variable_type] does not have a valid value")
            if defined $entry->{variable_type}
            && $entry->{variable_type} !~ /\A(?:env_var|file)\z/;
        StandIn::GitLab::Refusal::refuse(400, { message => { 'variables.key' =>
            [q{can contain only letters, digits and '_'.}] } })
            if $entry->{key} !~ /\A[a-zA-Z0-9_]{1,255}\z/;
        invalid("$name\[$n][value] is invalid") if $entry->{value} =~ /\0/;

        push @variables, {
            key => $entry->{key}, value => "$entry->{value}", raw => 0,
            file => ($entry->{variable_type} // '') eq 'file' ? 1 : 0,
        };
    }

    return \@variables;
}

sub pipeline_create ($request) {
    my ($project, $user, $params) = @{$request}{qw(project user params)};

    invalid('ref is missing') unless defined $params->{ref};
    invalid('ref is invalid') if ref $params->{ref};

    my ($odd) = grep { !/\A(?:ref|variables)\z/ } sort keys %$params;

    invalid("$odd is not known to the stand-in") if defined $odd;

    my $variables = variables_of($params->{variables}, 'variables');

    $project->require_access($user, 30);
    $project->move_on($params->{ref});

    return [ 201, StandIn::GitLab::Pipeline->create(
        project => $project, user => $user, ref => $params->{ref},
        source => 'api', variables => $variables)->entity ];
}

sub _time ($query, $key) {
    my $text = $query->{$key} // return undef;
    my $date = $text =~ /\A\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|z|[-+]\d\d:?\d\d)?)?\z/
        ? $text : invalid("$key is invalid");

    $date .= 'T00:00:00Z' if $date !~ /:/;
    $date =~ s/ /T/;
    $date =~ s/(T\d\d:\d\d)(?=\z|[-+Zz])/$1:00/;
    $date =~ s/([-+]\d\d)(\d\d)\z/$1:$2/;
    $date .= 'Z' if $date !~ /(?:[Zz]|[-+]\d\d:\d\d)\z/;

    return Mojo::Date->new(uc $date)->epoch // invalid("$key is invalid");
}

sub pipeline_list ($request) {
    my ($project, $query) = @{$request}{qw(project query)};
    my ($odd) = grep { !$QUERY{$_} } sort keys %$query;

    invalid("$odd is not known to the stand-in") if defined $odd;

    for my $check ([ status => \%STATUS ], [ source => \%SOURCE ], [ order_by => \%ORDER ],
        [ sort => { asc => 1, desc => 1 } ],
        [ scope => { map { $_ => 1 } qw(running pending finished branches tags) } ])
    {
        my ($key, $known) = @$check;
        invalid("$key does not have a valid value")
            if defined $query->{$key} && !$known->{ $query->{$key} };
    }

    my ($after, $before)   = map { _time($query, "updated_$_") } qw(after before);
    my ($since, $until)    = map { _time($query, "created_$_") } qw(after before);
    my $scope = $query->{scope} // '';
    my @found = grep {
           (!defined $query->{ref}      || $_->ref eq $query->{ref})
        && (!defined $query->{sha}      || $_->commit->{sha} eq $query->{sha})
        && (!defined $query->{status}   || $_->status eq $query->{status})
        && $_->source eq ($query->{source} // ($_->parent
            && $_->source eq 'parent_pipeline' ? '' : $_->source))
        && (!defined $query->{username} || $_->user->{username} eq $query->{username})
        && (!defined $query->{name})
        && (!defined $after  || $_->updated_at > $after)
        && (!defined $before || $_->updated_at < $before)
        && (!defined $since  || $_->created_at > $since)
        && (!defined $until  || $_->created_at < $until)
        && ($scope !~ /\A(?:running|pending)\z/ || $_->status eq $scope)
        && ($scope ne 'finished' || $_->status =~ /\A(?:success|failed|canceled)\z/)
        && ($scope ne 'tags' || $_->tag)
        && (!defined $query->{yaml_errors}
            || !!defined $_->yaml_errors eq ($query->{yaml_errors} eq 'true'))
    } values %{ $project->pipelines };

    my $order = $query->{order_by} // 'id';
    my $by    = $order eq 'updated_at' ? sub ($p) { $p->updated_at }
        : $order eq 'user_id' ? sub ($p) { $p->user->{id} }
        : sub ($p) { $p->$order };

    @found = $order =~ /\A(?:status|ref)\z/
        ? sort { $by->($a) cmp $by->($b) || $a->id <=> $b->id } @found
        : sort { $by->($a) <=> $by->($b) || $a->id <=> $b->id } @found;
    @found = reverse @found if ($query->{sort} // 'desc') eq 'desc';

    my ($page, $headers) = page_of($request, @found);

    return [ 200, '[' . join(',', map { $_->encoded_basics } @$page) . ']', $headers ];
}

sub pipeline_get ($request) { return [ 200, pipeline_of($request)->entity ] }

sub pipeline_jobs ($request) {
    my ($page, $headers) = page_of($request, _jobs($request, 0));

    return [ 200, '[' . join(',', map { $_->encoded } @$page) . ']', $headers ];
}

sub pipeline_bridges ($request) {
    my ($page, $headers) = page_of($request, _jobs($request, 1));

    return [ 200, [ map { bridge_entity($_) } @$page ], $headers ];
}

sub _jobs ($request, $bridges) {
    my $pipeline = pipeline_of($request);
    my $query    = $request->{query};
    my $retried  = ($query->{include_retried} // '') =~ /\A(?:true|1)\z/;
    my $scope    = $query->{'scope[]'} // $query->{scope};
    my %wanted   = map { $_ => 1 } defined $scope ? ref $scope ? @$scope : $scope : ();

    invalid('scope does not have a valid value') if grep { !$STATUS{$_} } keys %wanted;

    return sort { $b->id <=> $a->id }
        grep { ($retried || !$_->retried) && $_->spec->{bridge} == $bridges
            && (!%wanted || $wanted{ $_->status }) } @{ $pipeline->jobs };
}

sub pipeline_variables ($request) {
    my $pipeline = pipeline_of($request);

    forbidden() if $request->{project}->access($request->{user}) < 40
        && $pipeline->user->{id} != $request->{user}{id};

    return [ 200, [ map { {
        variable_type => $_->{file} ? 'file' : 'env_var', key => $_->{key},
        value => $_->{value}, raw => $request->{app}->bool($_->{raw}),
        description => undef } } @{ $pipeline->variables } ] ];
}

sub pipeline_cancel ($request) {
    my $pipeline = pipeline_of($request);
    my ($project, $user) = @{$request}{qw(project user)};

    forbidden() if $project->access($user) < 30
        || !$project->can_run_on($user, $pipeline->ref, $pipeline->tag);
    $pipeline->cancel;

    return [ 200, $pipeline->entity ];
}

sub pipeline_delete ($request) {
    my $pipeline = pipeline_of($request);

    $request->{project}->require_access($request->{user}, 50);
    $pipeline->cancel;
    delete $request->{project}->jobs->{ $_->id } for @{ $pipeline->jobs };
    delete $request->{project}->pipelines->{ $pipeline->id };

    return [ 204 ];
}

1;
