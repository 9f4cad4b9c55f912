import {definedFields} from '../../model/collections/defined-fields.js'
import type {DnsAnswer} from '../../model/evidence/tool-output.js'

function digAnswer(text: string): DnsAnswer | undefined {
  const status = /^;; ->>HEADER<<- .*status: (\w+)/m.exec(text)?.[1]
  const silent = /^;; (?:connection timed out|communications error)/m.test(text)
  if (status === undefined && !silent) return undefined
  const question =
    /;; QUESTION SECTION:\s*\r?\n;(\S+?)\.?\s+(?:IN\s+)?[A-Z]/.exec(text)?.[1] ??
    /<<>> DiG \S+ <<>> (?:@\S+ )?([\w.-]+)/.exec(text)?.[1]
  return {
    status: status ?? 'timeout',
    addresses: [...text.matchAll(/^[\w.*-]+\s+\d+\s+IN\s+(?:A|AAAA)\s+([0-9a-fA-F.:]+)/gm)].map(
      ([, address]) => address ?? '',
    ),
    ...definedFields({question, server: /^;; SERVER: ([0-9a-fA-F.:]+#\d+)/m.exec(text)?.[1]}),
  }
}

function nslookupAnswer(text: string): DnsAnswer | undefined {
  const server = /^Server:\s+(\S+)/m.exec(text)?.[1]
  const refused =
    /(?:server can't find|can't resolve|Can't find) '?([\w.-]+?)'?: ?(NXDOMAIN|SERVFAIL|REFUSED|No answer|.*)/.exec(
      text,
    )
  const silent = /connection timed out; no servers could be reached/.test(text)
  if (server === undefined && refused === null && !silent) return undefined
  const addresses = [...text.matchAll(/^Address(?: \d+)?:[ \t]+([0-9a-fA-F.:]{1,60})(?![0-9a-fA-F.:])(?!\S{0,300}#)/gm)]
    .map(([, address]) => address ?? '')
    .slice(1)
  const named = [...text.matchAll(/^Name:\s+(\S+)/gm)].at(-1)?.[1]
  const status = silent
    ? 'timeout'
    : refused === null
      ? 'NOERROR'
      : /^[A-Z]+$/.test(refused[2] ?? '')
        ? (refused[2] ?? '')
        : 'NXDOMAIN'
  return {status, addresses, ...definedFields({question: refused?.[1] ?? named, server})}
}

/** Reads what dig(1) or nslookup(1) print, of BIND and busybox; undefined for other texts. */
export function parseDnsAnswer(text: string): DnsAnswer | undefined {
  return digAnswer(text) ?? nslookupAnswer(text)
}
