package StandIn::GitLab::Rules;

# Which jobs a pipeline gets: workflow:rules, rules, only and except
# (lib/gitlab/ci/build/{rules,policy}).
#
# A context says what is known of the pipeline to be: source, ref, tag,
# project (its path), variables (a hash), files (paths of the commit), changed
# (paths, or undef when there is nothing to compare with), differs (a
# function from a ref to the paths that differ, undef for no such ref),
# files_of (from a project and a ref to paths).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Expression qw(expression_matches);
use StandIn::GitLab::Glob qw(expand_existing glob_any);
use StandIn::GitLab::Regexp qw(regexp_compile);

our @EXPORT_OK = qw(job_outcome rule_of);

# The first rule that holds, undef for none. Dies with "rule: " and why.
sub rule_of ($rules, $context) {
    for my $rule (@$rules) {
        return $rule if _holds($rule, $context);
    }

    return undef;
}

# { when, start_in, allow_failure, variables, needs } or undef: not in the
# pipeline.
sub job_outcome ($job, $context) {
    my $when   = $job->{when} // 'on_success';
    my $ignore = $job->{allow_failure} // ($when eq 'manual' ? 1 : 0);

    if (defined $job->{rules}) {
        my $rule = rule_of($job->{rules}, $context) // return undef;

        $when = $rule->{when} // $when;

        return undef if $when eq 'never';

        return {
            when          => $when,
            start_in      => $rule->{start_in} // $job->{start_in},
            allow_failure => $rule->{allow_failure} // $ignore,
            variables     => $rule->{variables},
            needs         => $rule->{needs} && @{ $rule->{needs} }
                ? $rule->{needs} : $job->{needs},
        };
    }

    my ($only, $except) = @{$job}{qw(only except)};

    return undef if $only && grep { !_spec_holds($_, $only->{$_}, $context) } keys %$only;
    return undef if $except && grep { _spec_holds($_, $except->{$_}, $context) } keys %$except;

    return { when => $when, start_in => $job->{start_in},
        allow_failure => $ignore, needs => $job->{needs} };
}

sub _holds ($rule, $context) {
    return 0 if exists $rule->{if}
        && !expression_matches($rule->{if}, $context->{variables});

    return 0 if defined $rule->{changes} && !_changed($rule->{changes}, $context);

    return 0 if defined $rule->{exists} && !_exist($rule->{exists}, $context);

    return 1;
}

sub _expanded ($context) {
    return $context->{expanded} //= do {
        my $variables = $context->{variables};
        +{ map { $_ => expand_existing($variables->{$_} // '', $variables) } keys %$variables };
    };
}

sub _changed ($clause, $context) {
    my $paths   = ref $clause eq 'HASH' ? $clause->{paths} : $clause;
    my $changed = $context->{changed};

    if (ref $clause eq 'HASH' && exists $clause->{compare_to}) {
        $changed = $context->{differs}->(expand_existing(
            $clause->{compare_to} // '', _expanded($context)))
            // die "rule: rules:changes:compare_to is not a valid ref\n";
    }

    return 1 unless defined $changed;
    return @$paths && @$changed && glob_any(
        [ map { expand_existing($_, _expanded($context)) } @$paths ], $changed);
}

sub _exist ($clause, $context) {
    my $hash   = ref $clause eq 'HASH' ? $clause : {};
    my $globs  = ref $clause eq 'HASH' ? $clause->{paths} : ref $clause ? $clause : [$clause];
    my $expand = sub ($text) { expand_existing($text, _expanded($context)) };
    my $files  = $context->{files};

    return 0 unless @{ $globs // [] };

    $files = $context->{files_of}->(map { defined ? $expand->($_) : undef }
        @{$hash}{qw(project ref)}) if defined $hash->{project};

    my @patterns;

    for my $glob (map { $expand->($_) } @$globs) {
        my $end = $glob =~ s{\A\*\*/\*}{}r;

        if ($glob !~ /[*?\[\{]/) {
            return 1 if grep { $_ eq $glob
                || $glob =~ m{/\z} && index($_, $glob) == 0 } @$files;

        } elsif ($end =~ m{\A\.[^/*?\[\{]*\z}) {
            return 1 if grep { length $_ >= length $end
                && substr($_, -length $end) eq $end } @$files;

        } else {
            push @patterns, $glob;
        }
    }

    return @patterns && glob_any(\@patterns, $files);
}

sub _spec_holds ($name, $value, $context) {
    my @values = ref $value ? @$value : defined $value ? $value : ();

    return !!grep { _ref_matches($_, $context) } @values if $name eq 'refs';
    return !!grep { expression_matches($_, $context->{variables}) } @values
        if $name eq 'variables';
    return !defined $context->{changed} || glob_any(\@values, $context->{changed})
        if $name eq 'changes';

    return 0;    # kubernetes: active: there is no cluster
}

my %PLURAL = (
    push => 'pushes', api => 'apis', web => 'webs', chat => 'chats',
    trigger => 'triggers', schedule => 'schedules', pipeline => 'pipelines',
    external => 'externals', merge_request => 'merge_requests',
    external_pull_request => 'external_pull_requests',
    parent_pipeline => 'parent_pipelines', webide => 'webides',
);

sub _ref_matches ($pattern, $context) {
    my $path;

    ($pattern, $path) = ($1, $2) if $pattern =~ m{\A([^@]*)@(.*)\z}s;
    return 0 if defined $path && $path ne $context->{project};

    my $source = $context->{source} =~ s/_event\z//r;

    return 1 if $pattern eq $source || $pattern eq ($PLURAL{$source} // '');
    return 1 if $pattern eq 'branches' && !$context->{tag};
    return 1 if $pattern eq 'tags' && $context->{tag};

    my $regexp = regexp_compile($pattern);

    return defined $regexp ? ($context->{ref} =~ $regexp ? 1 : 0)
        : $pattern eq $context->{ref};
}

1;
