package StandIn::GitLab::Config::Entry;

# The parts of a job, checked and made plain (lib/gitlab/ci/config/entry). Each
# function calls `problem` with what is wrong and returns what it could read.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Scalar::Util qw(blessed);
use StandIn::GitLab::Expression qw(expression_valid);
use StandIn::GitLab::Regexp qw(regexp_compile regexp_looks);

our @EXPORT_OK = qw(check_needs check_policy check_rules check_script
    check_variables is_boolean is_string);

use constant { MAX_NESTING => 10, MAX_PATHS => 50 };

my %RULE = (
    job => {
        keys => { map { $_ => 1 } qw(if changes exists when start_in allow_failure
            variables needs interruptible) },
        when => { map { $_ => 1 } qw(on_success on_failure always never manual delayed) },
    },
    workflow => {
        keys => { map { $_ => 1 } qw(if changes exists when start_in allow_failure
            variables needs auto_cancel) },
        when => { map { $_ => 1 } qw(always never) },
    },
    include => {
        keys => { map { $_ => 1 } qw(if changes exists when) },
        when => { map { $_ => 1 } qw(always never) },
    },
);

sub is_boolean ($value) { return blessed $value && $value->isa('JSON::PP::Boolean') }

sub is_string ($value) {
    no warnings 'experimental::builtin';
    return defined $value && !ref $value && !builtin::created_as_number($value);
}

sub check_script ($script, $at, $problem) {
    return [] unless defined $script;

    my @lines = eval { _flat($script, 0) };

    if ($@) {
        $problem->("$at config should be a string or a nested array of "
            . 'strings up to 10 levels deep');
        return [];
    }

    return \@lines;
}

sub _flat ($node, $depth) {
    return map { _flat($_, $depth + 1) } @$node
        if ref $node eq 'ARRAY' && $depth <= MAX_NESTING;
    die unless is_string($node);
    return $node;
}

# [{ key, value, raw }]; `data`: what a variable's hash may say, '' when it may
# not be one, which goes for nothing at all too.
sub check_variables ($variables, $at, $problem, $data = 'value|description|expand|options') {
    my @list;

    return \@list unless defined $variables;

    if (ref $variables ne 'HASH') {
        $problem->("$at config should be a hash");
        return \@list;
    }

    for my $key (keys %$variables) {
        my $value = $variables->{$key} // {};
        my $raw   = 0;

        if (ref $value eq 'HASH' && $data eq '') {
            $problem->("$at:$key config must be a string");
            next;
        }

        if (ref $value eq 'HASH') {
            my @unknown = grep { !/\A(?:$data)\z/ } keys %$value;

            $problem->("$at:$key config uses invalid data keys: " . join ', ', @unknown)
                if @unknown;
            $problem->("$at:$key config expand should be a boolean value")
                if defined $value->{expand} && !is_boolean($value->{expand});
            $problem->("$at:$key config value must be present in options")
                if ref $value->{options} eq 'ARRAY'
                && !grep { $_ eq ($value->{value} // '') } @{ $value->{options} };
            $raw   = exists $value->{expand} && !$value->{expand};
            $value = $value->{value} // '';
        }

        if (ref $value && !blessed $value) {
            $problem->("$at:$key config variable definition must be either a string or a hash");
            next;
        }

        push @list, { key => $key, raw => $raw ? 1 : 0,
            value => is_boolean($value) ? ($value ? 'true' : 'false') : "$value" };
    }

    return \@list;
}

sub check_policy ($policy, $at, $problem) {
    return undef unless defined $policy;

    my %spec;

    if (ref $policy eq 'ARRAY') {
        %spec = (refs => $policy);

    } elsif (ref $policy eq 'HASH') {
        if (!%$policy) {
            $problem->("$at config can't be blank");
            return undef;
        }

        %spec = map { $_ => $policy->{$_} } keys %$policy;
        my @unknown = grep { !/\A(?:refs|kubernetes|variables|changes)\z/ } keys %spec;

        $problem->("$at config contains unknown keys: " . join ', ', @unknown) if @unknown;

    } else {
        $problem->("$at has to be either an array of conditions or a hash");
        return undef;
    }

    $problem->("$at config should be an array of strings or regular expressions"
        . ' using re2 syntax') if defined $spec{refs} && (ref $spec{refs} ne 'ARRAY'
            || grep { !is_string($_) || regexp_looks($_) && !regexp_compile($_) }
                @{ $spec{refs} });
    $problem->("$at kubernetes unknown value: $spec{kubernetes}")
        if defined $spec{kubernetes} && $spec{kubernetes} ne 'active';

    for my $key (qw(variables changes)) {
        $problem->("$at $key should be an array of strings")
            if defined $spec{$key} && !_strings($spec{$key});
    }

    $problem->("$at variables invalid expression syntax")
        if ref $spec{variables} eq 'ARRAY'
        && grep { !expression_valid($_) } @{ $spec{variables} };

    return \%spec;
}

sub _strings ($list) { return ref $list eq 'ARRAY' && !grep { !is_string($_) } @$list }

# `kind`: job, workflow or include.
sub check_rules ($rules, $at, $kind, $problem) {
    return undef unless defined $rules;

    $at =~ s/:rules\z// if $kind eq 'include';

    my @flat = eval { _flat_rules($rules, 0) };

    if (ref $rules ne 'ARRAY' || !@$rules || $@) {
        $problem->("$at:rules config " . (ref $rules ne 'ARRAY' || @$rules
            ? 'should be an array of hashes' : "can't be blank"));
        return [];
    }

    return [ map { _rule($_, $at, $kind, $problem) } @flat ];
}

sub _flat_rules ($node, $depth) {
    return map { _flat_rules($_, $depth + 1) } @$node
        if ref $node eq 'ARRAY' && $depth <= MAX_NESTING;
    die if ref $node ne 'HASH';
    return $node;
}

sub _rule ($rule, $at, $kind, $problem) {
    my $known = $RULE{$kind};
    my $say   = sub ($text) { $problem->("$at:rules:rule $text") };

    if (!%$rule) {
        $say->("config can't be blank");
        return ();
    }

    my @unknown = grep { !$known->{keys}{$_} } keys %$rule;
    my $when    = $rule->{when};

    $say->('config contains unknown keys: ' . join ', ', @unknown) if @unknown;
    $say->('if invalid expression syntax')
        if defined $rule->{if} && !expression_valid($rule->{if});
    $say->("when unknown value: $when") if defined $when && !$known->{when}{$when};

    for my $key (qw(allow_failure interruptible)) {
        $say->($key =~ tr/_/ /r . ' should be a boolean value')
            if defined $rule->{$key} && !is_boolean($rule->{$key});
    }

    if (($when // '') eq 'delayed') {
        $say->("start in can't be blank") unless length($rule->{start_in} // '');
        $say->('start in should be a duration')
            unless ($rule->{start_in} // '') =~ /\A\s*\d/;
    } elsif (exists $rule->{start_in}) {
        $say->('config contains disallowed keys: start_in');
    }

    _check_changes($rule->{changes}, $at, $problem) if defined $rule->{changes};
    _check_exists($rule->{exists}, $at, $problem)   if defined $rule->{exists};

    return {
        (map { $_ => $rule->{$_} } grep { defined $rule->{$_} }
            qw(if changes exists when start_in)),
        defined $rule->{allow_failure}
            ? (allow_failure => $rule->{allow_failure} ? 1 : 0) : (),
        defined $rule->{variables} ? (variables => check_variables(
            $rule->{variables}, "$at:rules:rule:variables", $problem, '')) : (),
        defined $rule->{needs} ? (needs =>
            check_needs($rule->{needs}, "$at:rules:rule", $problem)) : (),
    };
}

sub _check_changes ($changes, $at, $problem) {
    my $say = sub ($text) { $problem->("$at:rules:rule:changes $text") };

    return $say->('should be an array or a hash') if ref($changes) !~ /\A(?:ARRAY|HASH)\z/;

    my $paths = ref $changes eq 'HASH' ? $changes->{paths} : $changes;

    if (ref $changes eq 'HASH') {
        my @unknown = grep { !/\A(?:paths|compare_to)\z/ } keys %$changes;

        $say->('config contains unknown keys: ' . join ', ', @unknown) if @unknown;
        return $say->('config missing required keys: paths') unless exists $changes->{paths};
    }

    return $say->('config should be an array of strings') unless _strings($paths);
    $say->('config has too many entries (maximum 50)') if @$paths > MAX_PATHS;
}

sub _check_exists ($exists, $at, $problem) {
    my $say = sub ($text) { $problem->("$at:rules:rule:exists $text") };

    return if is_string($exists) || ref $exists eq 'HASH' && !%$exists;

    my $paths = ref $exists eq 'HASH' ? $exists->{paths} : $exists;

    if (ref $exists eq 'HASH') {
        my @unknown = grep { !/\A(?:paths|project|ref)\z/ } keys %$exists;

        $say->('config contains unknown keys: ' . join ', ', @unknown) if @unknown;
        return $say->('config missing required keys: paths') unless exists $exists->{paths};
        return $say->('config missing required keys: project')
            if exists $exists->{ref} && !exists $exists->{project};
    }

    return $say->('config should be an array of strings') unless _strings($paths);
    $say->('config has too many entries (maximum 50)') if @$paths > MAX_PATHS;
}

# [{ job, optional, parallel }]; needs of other pipelines and projects are
# nothing that the pipeline itself must have.
sub check_needs ($needs, $at, $problem) {
    my @list;

    if (ref $needs ne 'ARRAY' && ref $needs ne 'HASH') {
        $problem->("$at:needs config can only be a hash or an array");
        return \@list;
    }

    for my $need (ref $needs eq 'ARRAY' ? map { ref eq 'ARRAY' ? @$_ : $_ } @$needs : $needs) {
        if (is_string($need)) {
            push @list, { job => $need, optional => 0 };
            next;
        }

        if (ref $need ne 'HASH' || !exists $need->{job} && !exists $need->{pipeline}) {
            $problem->("$at:needs:need has an unsupported type");
            next;
        }

        if (exists $need->{pipeline} || exists $need->{project}) {
            $problem->("$at:needs config uses invalid types: cross_dependency")
                if $at =~ /:rule\z/;
            next;
        }

        my @unknown = grep { !/\A(?:job|artifacts|optional|parallel)\z/ } keys %$need;

        $problem->("$at:needs:need config contains unknown keys: " . join ', ', @unknown)
            if @unknown;
        $problem->("$at:needs config cannot use \"parallel: <number>\".")
            if defined $need->{parallel} && ref $need->{parallel} ne 'HASH';

        if (!is_string($need->{job}) || $need->{job} eq '') {
            $problem->("$at:needs:need job should be a string");
            next;
        }

        push @list, { job => $need->{job}, optional => $need->{optional} ? 1 : 0,
            $need->{parallel} ? (parallel => $need->{parallel}) : () };
    }

    return \@list;
}

1;
