package StandIn::GitLab::Rules;

# Which jobs a pipeline gets: workflow:rules, rules, only and except
# (lib/gitlab/ci/build/{rules,policy}).
#
# A context says what is known of the pipeline to be: source, ref, tag,
# project_path, variables (a hash), files (paths of the commit), changed
# (paths, or undef when there is nothing to compare with), differs (a
# function from a ref to the paths that differ).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Expression qw(expression_matches regexp_compile);

our @EXPORT_OK = qw(job_outcome rule_of);

# The first rule that holds, {} when a rule without a clause, undef for none.
sub rule_of ($rules, $context) {
    for my $rule (@$rules) {
        return $rule if _holds($rule, $context);
    }

    return undef;
}

# { when, start_in, allow_failure, variables } or undef: not in the pipeline.
sub job_outcome ($job, $context) {
    if (defined $job->{rules}) {
        my $rule = rule_of($job->{rules}, $context) // return undef;
        my $when = $rule->{when} // $job->{when} // 'on_success';

        return undef if $when eq 'never';

        return {
            when          => $when,
            start_in      => $rule->{start_in} // $job->{start_in},
            allow_failure => $rule->{allow_failure} // $job->{allow_failure} // 0,
            variables     => $rule->{variables},
            needs         => $rule->{needs} // $job->{needs},
        };
    }

    my ($only, $except) = @{$job}{qw(only except)};

    return undef if $only && grep { !_spec_holds($_, $only->{$_}, $context) } keys %$only;
    return undef if $except && grep { _spec_holds($_, $except->{$_}, $context) } keys %$except;

    my $when = $job->{when} // 'on_success';

    return {
        when          => $when,
        start_in      => $job->{start_in},
        allow_failure => $job->{allow_failure} // ($when eq 'manual' ? 1 : 0),
        needs         => $job->{needs},
    };
}

sub _holds ($rule, $context) {
    return 0 if exists $rule->{if}
        && !expression_matches($rule->{if}, $context->{variables});

    return 0 if defined $rule->{changes} && !_changed($rule->{changes}, $context);

    return 0 if defined $rule->{exists} && !_exist($rule->{exists}, $context);

    return 1;
}

sub _changed ($clause, $context) {
    my $paths   = ref $clause eq 'HASH' ? $clause->{paths} : $clause;
    my $changed = $context->{changed};

    if (ref $clause eq 'HASH' && defined $clause->{compare_to}) {
        $changed = $context->{differs}->(_text($clause->{compare_to}, $context));
    }

    return 1 unless defined $changed;
    return _any($paths, $changed, $context);
}

sub _exist ($clause, $context) {
    my $paths = ref $clause eq 'HASH' ? $clause->{paths} : $clause;
    return _any($paths, $context->{files}, $context);
}

sub _any ($patterns, $paths, $context) {
    for my $pattern (ref $patterns ? @$patterns : $patterns) {
        my $regexp = _glob(_text($pattern, $context));
        return 1 if grep { $_ =~ $regexp } @$paths;
    }

    return 0;
}

sub _text ($text, $context) {
    return $text =~ s/\$(?:\{(\w+)\}|(\w+))/$context->{variables}{$1 \/\/ $2} \/\/ ''/ger;
}

# fnmatch with PATHNAME, DOTMATCH and EXTGLOB
sub _glob ($glob) {
    my ($out, $braces) = ('', 0);

    $out .= '.*' if $glob =~ m{/\z};

    for my $token ($glob =~ m{(\*\*/|\*+|\?|\[[^\]]+\]|\\.|[\{\},]|.)}gs) {
        if    ($token eq '**/')          { $out .= '(?:[^/]+/)*' }
        elsif ($token =~ /\A\*+\z/)      { $out .= '[^/]*' }
        elsif ($token eq '?')            { $out .= '[^/]' }
        elsif ($token =~ /\A\[/)         { $out .= $token =~ s/\A\[!/[^/r }
        elsif ($token eq '{')            { $out .= '(?:'; $braces++ }
        elsif ($token eq '}' && $braces) { $out .= ')';   $braces-- }
        elsif ($token eq ',' && $braces) { $out .= '|' }
        else { $out .= quotemeta $token =~ s/\A\\(?=.)//r }
    }

    $out .= '.*' if $glob =~ m{/\z};
    $out =~ s/\A\.\*// if $glob =~ m{/\z};

    return qr/\A$out\z/s;
}

sub _spec_holds ($name, $value, $context) {
    if ($name eq 'refs') {
        return !!grep { _ref_matches($_, $context) } @$value;
    }

    if ($name eq 'variables') {
        return !!grep { expression_matches($_, $context->{variables}) } @$value;
    }

    return _changed($value, $context) if $name eq 'changes';

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

    ($pattern, $path) = ($1, $2) if $pattern =~ m{\A([^@]*)@(.+)\z}s;
    return 0 if defined $path && $path ne $context->{project_path};

    my $source = $context->{source} =~ s/_event\z//r;

    return 1 if $pattern eq $source || $pattern eq ($PLURAL{$source} // '');
    return 1 if $pattern eq 'branches' && !$context->{tag};
    return 1 if $pattern eq 'tags' && $context->{tag};

    if ($pattern =~ m{\A/.+/[ismU]*\z}s) {
        my $regexp = regexp_compile($pattern) // return 0;
        return $context->{ref} =~ $regexp ? 1 : 0;
    }

    return $pattern eq $context->{ref};
}

1;
