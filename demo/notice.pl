#!/usr/bin/perl
# Prints the plain text of the notice in the file named, or of the first text part.
use strict;
use warnings;
use MIME::Base64 qw(decode_base64);
use MIME::QuotedPrint qw(decode_qp);

local $/;
my $message = <>;
$message =~ s/\r\n/\n/g;

sub text_of {
    my ($head, $body) = split /\n\n/, shift, 2;
    $head =~ s/\n[ \t]+/ /g;
    if ($head =~ /^Content-Type:\s*multipart\/.*?boundary="?([^";\n]+)"?/im) {
        my $boundary = quotemeta $1;
        for my $part (split /^--$boundary(?:--)?[ \t]*\n/m, $body // '') {
            my $text = $part =~ /\S/ ? text_of($part) : undef;
            return $text if defined $text;
        }
        return undef;
    }
    return undef if $head =~ /^Content-Type:(?!\s*text\/plain)/im;
    return undef unless defined $body;
    $body = decode_qp($body) if $head =~ /^Content-Transfer-Encoding:\s*quoted-printable/im;
    $body = decode_base64($body) if $head =~ /^Content-Transfer-Encoding:\s*base64/im;
    return $body;
}

my $text = text_of($message) // '';
$text =~ s/\r//g;
$text =~ s/\s+\z//;
print "$text\n";
