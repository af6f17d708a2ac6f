/**
 * What kind of place a host name stands for. Hosts come from `URL`, which has already turned decimal, octal and
 * hexadecimal spellings of an IPv4 address into the usual one and IPv6 addresses into their shortest form.
 */

/** Names under which clouds answer questions about the machine, credentials included. */
const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
])
/** Addresses of such services outside the link-local range (Alibaba, Oracle, Azure's wire server, AWS over IPv6). */
const METADATA_ADDRESSES = new Set(['100.100.100.200', '192.0.0.192', '168.63.129.16', '[fd00:ec2::254]'])

/** Whether only this machine can be behind the host. */
export function isLoopback(hostname: string): boolean {
  // Exact spellings only: what merely contains such an address, or has to be looked up, may be elsewhere.
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname) ||
    /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(hostname)
  )
}

/** Whether the host is a link-local address or a cloud's metadata service: never a language model, often a theft. */
export function isMetadata(hostname: string): boolean {
  const host = embeddedIpv4(withoutDot(hostname)) ?? withoutDot(hostname)
  return (
    METADATA_NAMES.has(host) ||
    METADATA_ADDRESSES.has(host) ||
    /^169\.254\.\d+\.\d+$/.test(host) ||
    /^\[fe[89ab][0-9a-f]:/.test(host)
  )
}

/** `host.` and `host` are the same place. */
function withoutDot(hostname: string): string {
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
}

/** The IPv4 address inside an IPv6 one: mapped, compatible, or translated (NAT64). */
function embeddedIpv4(host: string): string | undefined {
  const match = /^\[(?:::ffff:|::ffff:0:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  const high = Number.parseInt(match[1], 16)
  const low = Number.parseInt(match[2], 16)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
