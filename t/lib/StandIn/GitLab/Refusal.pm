package StandIn::GitLab::Refusal;

# What GitLab answers when it does not do what it was asked: a status and a
# body. Thrown by whoever notices, turned into the answer in one place.

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT_OK = qw(bad_request forbidden invalid not_found refuse);

sub refuse ($status, $body, $reason = '') {
    die bless { status => $status, body => $body, reason => $reason }, __PACKAGE__;
}

# lib/api/helpers.rb: not_found!, forbidden!, bad_request!
sub not_found ($what) {
    refuse(404, { message => "404 $what Not Found" });
}

sub forbidden ($reason = undef) {
    refuse(403, {
        message => '403 Forbidden' . (defined $reason ? " - $reason" : '') });
}

sub bad_request ($reason) {
    refuse(400, { message => "400 Bad request - $reason" });
}

# A parameter that the API's own declaration refuses (Grape).
sub invalid ($text) {
    refuse(400, { error => $text });
}

1;
