package StandIn::GitLab::Page;

# Offset pagination and its headers (lib/gitlab/pagination/offset_header_builder.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Refusal qw(invalid);

our @EXPORT_OK = qw(page_of);

# The entries of the page that was asked for, and the headers.
sub page_of ($request, @entries) {
    my $page = $request->{query}{page}     // 1;
    my $per  = $request->{query}{per_page} // 20;

    invalid('page is invalid')     if $page !~ /\A\d+\z/;
    invalid('per_page is invalid') if $per !~ /\A\d+\z/;
    invalid('per_page has a value not allowed') if $per == 0;

    $page = 1   if $page < 1;
    $per  = 100 if $per > 100;

    my $total = @entries;
    my $pages = int(($total + $per - 1) / $per) || 1;
    my $first = ($page - 1) * $per;
    my $last  = $first + $per - 1;

    $last = $#entries if $last > $#entries;

    my $link = sub ($number, $rel) {
        my %query = (%{ $request->{query} }, page => $number, per_page => $per);
        return '<' . $request->{app}->external_url . $request->{path} . '?'
            . Mojo::Parameters->new(map { $_ => $query{$_} } sort keys %query)
            . ">; rel=\"$rel\"";
    };

    my @links = ($link->(1, 'first'), $link->($pages, 'last'));

    unshift @links, $link->($page + 1, 'next') if $page < $pages;
    unshift @links, $link->($page - 1, 'prev') if $page > 1;

    return ([ $first > $last ? () : @entries[ $first .. $last ] ], {
        'Link'          => join(', ', @links),
        'X-Next-Page'   => $page < $pages ? $page + 1 : '',
        'X-Page'        => $page,
        'X-Per-Page'    => $per,
        'X-Prev-Page'   => $page > 1 ? $page - 1 : '',
        'X-Total'       => $total,
        'X-Total-Pages' => $pages,
    });
}

1;
