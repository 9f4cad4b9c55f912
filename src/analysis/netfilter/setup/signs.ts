/** What a program said that could not set up rules: the kind of cause. */
export type SetupCause =
  | 'privilege'
  | 'second-run'
  | 'lock'
  | 'lock-file'
  | 'backend'
  | 'module'
  | 'table'
  | 'argument'
  | 'set'
  | 'memory'
  | 'nft'
  | 'tool'
  | 'ipv6'
  | 'namespace'
  | 'validation'
  | 'rejected'
  | 'unknown'

/** A text by which a failure is known, and where it comes from. */
export interface SetupSign {
  readonly cause: SetupCause
  readonly pattern: RegExp
  readonly source: string
}

function sign(cause: SetupCause, source: string, pattern: RegExp): SetupSign {
  return {cause, pattern, source}
}

/**
 * What iptables, nft, the module loader and the programs of the meshes write when rules could not be set up; the first row that fits a line
 * names its cause, and of several lines the one whose row comes first: a refusal also ends in talk of tables, and everything in an exit status.
 */
export const SETUP_SIGNS: readonly SetupSign[] = [
  sign('second-run', 'linkerd2-proxy-init, iptables.go', /found \d+ existing chains|skipping iptables setup/i),
  sign(
    'second-run',
    'iptables, libiptc.c and nft.c (EEXIST)',
    /Chain already exists|_ADD failed \(File exists\)|RENAME failed \(File exists\)/i,
  ),
  sign('second-run', 'nft, mnl.c (EEXIST)', /Could not process rule: File exists/i),
  sign(
    'second-run',
    'istio-iptables, run.go 1.24',
    /existing (iptables )?(rules|chains).{0,60}(incompatible|mismatch|differ)/i,
  ),
  sign('lock-file', 'iptables, xshared.c', /can't open lock file .*(Read-only file system|No such file)/i),
  sign('lock', 'iptables, xshared.c', /holding the xtables lock|xtables lock|can't open lock file/i),
  sign(
    'tool',
    'nsenter, exec of iptables (ENOENT)',
    /nsenter: failed to execute \S{0,200}(ip6?tables|nft)\S{0,40}: No such file/i,
  ),
  sign(
    'namespace',
    'nsenter; istio-cni, linkerd-cni',
    /nsenter: .{0,500}(failed|cannot|No such)|failed to (open|enter|find) (netns|network namespace)|reassociate to namespace/i,
  ),
  sign(
    'privilege',
    'strerror(EPERM), iptables',
    /^(?!.*modprobe)(?!.*127\.0\.0\.6).*(Permission denied|Operation not permitted|you must be root)/i,
  ),
  sign('backend', 'iptables-nft, nft.c', /is incompatible, use 'nft' tool/i),
  sign('nft', 'exec of nft', /nft: (command )?not found|exec: "nft"/i),
  sign(
    'tool',
    'exec of iptables',
    /(^|[\s"'/])(ip6?tables[\w-]*|istio-iptables[\w.-]*|pilot-agent|nsenter|ip)"?: (executable file not found|command not found|not found)|binary \S+ not found in path|exec format error/i,
  ),
  sign(
    'module',
    'iptables, libiptc.c (ENOENT of a rule)',
    /No chain\/target\/match by that name|missing kernel module/i,
  ),
  sign(
    'module',
    'iptables-nft, nft.c (ENOENT of an extension)',
    /(RULE_APPEND|RULE_INSERT) failed \((No such file or directory|Operation not supported|Invalid argument)\)|Extension \w+ revision \d+ not supported/i,
  ),
  sign('module', 'iptables, xtables.c', /Couldn't (load|find) (match|target)/i),
  sign(
    'module',
    'iptables, xtables.c: the extension that has the option was not loaded',
    /unknown option "?--(to-ports?|to-destination|to-source|[ug]id-owner|[ds]ports?|(source|destination)-ports?|ctstate|on-port|tproxy-mark|comment|set-x?mark)\b/i,
  ),
  sign('ipv6', 'strerror(EAFNOSUPPORT), ip6tables', /ip6tables.{0,200}Address family not supported/i),
  sign(
    'table',
    'iptables, libiptc.c',
    /can't initialize ip6?tables table|unable to initialize table|does the table exist|do you need to insmod|Table does not exist/i,
  ),
  sign(
    'table',
    'iptables-nft, nft.c',
    /TABLE_ADD failed|(CHAIN|CHAIN_USER)_ADD failed \((?!File exists)|Failed to initialize nft|cache initialization failed|Could not fetch rule set generation id/i,
  ),
  sign('table', 'kmod', /Module ip6?_?tables?\S* not found/i),
  sign('table', 'strerror(EPROTONOSUPPORT, EAFNOSUPPORT)', /Protocol not supported|Address family not supported/i),
  sign('module', 'kmod', /Module \S+ not found|can't change directory to '\/lib\/modules'/i),
  sign(
    'table',
    'nft, mnl.c (EOPNOTSUPP, ENOENT of a family, hook or expression)',
    /Could not process rule: (Operation not supported|No such file or directory|Protocol error)/i,
  ),
  sign('rejected', 'nft', /Could not process rule:/i),
  sign('memory', 'strerror(ENOMEM)', /Memory allocation problem|Cannot allocate memory|xtables resource problem/i),
  sign('set', 'iptables, libxt_set.h', /Set \S{1,64} doesn't exist/),
  sign('set', 'istio-cni, ipset over netlink', /fail(?:ed|ure) .{0,40}\bipset/i),
  sign('argument', 'istio-iptables, ParseCIDR of Go', /^(?!.*bug compatibility).*invalid CIDR address/i),
  sign(
    'argument',
    'iptables, xtables.c',
    /host\/network [`'"]?\S+ not found|Bad argument|invalid port\/service|unknown option|unknown arg|invalid mask|requires an argument|unknown protocol|not a valid (ip|port|number)|xtables parameter problem|Invalid argument/i,
  ),
  sign('argument', 'pflag', /unknown (shorthand )?flag|invalid argument "[^"]*" for/i),
  sign(
    'validation',
    'istio-iptables, validation',
    /Error connecting to 127\.0\.0\.6|validation failed|validation timeout/i,
  ),
  sign('validation', 'linkerd-network-validator', /Failed to validate networking configuration|Unable to validate/i),
  sign(
    'rejected',
    'iptables-restore (exit status 1 is OTHER_PROBLEM)',
    /xtables other problem|iptables-restore\S*: line \d+ failed|Error occurred at line|ip6?tables: Invalid/i,
  ),
  sign(
    'unknown',
    'istio-cni, kuma-init, consul',
    /fail(ed|ure) .{0,60}(iptables|nft|rules|redirection|transparent proxy|inpod|in-pod|firewall)|(iptables|nftables|rules|redirection|firewall) .{0,60}fail(ed|ure)|aborting firewall configuration/i,
  ),
  sign('unknown', 'Go', /^panic: |exit status [1-9]|exit code:? [1-9]|exited with (code )?[1-9]/i),
]

/** What causes stand for in words: what went wrong, and what to do about it. */
export const SETUP_CAUSES: Readonly<Record<SetupCause, {readonly cause: string; readonly fix: string}>> = {
  privilege: {
    cause: 'the process may not change kernel rules: it lacks NET_ADMIN or NET_RAW, or is not root',
    fix: 'Give the init container NET_ADMIN and NET_RAW and runAsUser 0 (some runtimes and SELinux also need privileged), or use the CNI plugin of the mesh.',
  },
  'second-run': {
    cause:
      'the chains are already there from an earlier run: the init container ran again in the same pod, because its finished container was removed (docker system prune, a node that restarted) and the kubelet started it a second time',
    fix: 'Delete the pod so that it is recreated with a new network namespace. Keep finished init containers from being pruned.',
  },
  lock: {
    cause: 'another program held the xtables lock',
    fix: 'The container is restarted and usually succeeds. If not, find what holds /run/xtables.lock on the node.',
  },
  'lock-file': {
    cause: 'the lock file /run/xtables.lock cannot be created: the root file system is read-only',
    fix: 'Mount an emptyDir at /run, or set XTABLES_LOCKFILE to a path that can be written.',
  },
  backend: {
    cause: 'the other back end (iptables-nft or iptables-legacy) manages the table in a way this program cannot read',
    fix: 'Use the same back end as the node (nft or legacy) for every program that writes rules in this network namespace.',
  },
  module: {
    cause: "the node's kernel lacks a netfilter module: a chain, target or match that a rule names is not there",
    fix: 'Load the modules on the node (modprobe xt_REDIRECT xt_owner xt_conntrack xt_multiport xt_comment; for IPv6 nf_nat and ip6table_nat too), use the other back end (nft or legacy), or use a kernel that has them. Without root and NET_ADMIN, iptables does not find them either.',
  },
  table: {
    cause:
      "the node's kernel has no such table for this back end of iptables (nft or legacy): a kernel module is not loaded or does not exist",
    fix: 'Load the module on the node (modprobe iptable_nat for iptables-legacy, nf_tables and nft_chain_nat for iptables-nft; ip6table_nat for IPv6), use the other back end, or use the CNI plugin of the mesh.',
  },
  argument: {
    cause:
      'a value is not what iptables takes: an argument of the init container or an annotation is wrong, or an empty argument was lost',
    fix: 'Correct the value; quote empty values (-x "") where a script or a template passes them on.',
  },
  set: {
    cause:
      'a set that a rule names is not in this network namespace: the program that creates it did not, or the kernel lacks the modules of ipset',
    fix: 'Load the modules on the node (modprobe ip_set ip_set_hash_ip xt_set), see with ipset list which sets there are, and restart the program that creates them (istio-cni for the sets of probes).',
  },
  memory: {
    cause: 'the kernel had no memory for the rules',
    fix: 'Raise the memory limit of the init container or free memory on the node.',
  },
  nft: {
    cause: 'native nftables were requested, but the program nft is not in the image',
    fix: 'Use an image with nft, or turn native nftables off.',
  },
  tool: {
    cause:
      'a program that sets up rules (iptables-restore, iptables-save, istio-iptables) is not there or cannot run here',
    fix: "Use the mesh's own image for this architecture. Where a CNI plugin runs the iptables of the node, install that back end (nft or legacy) on the node or choose the other.",
  },
  ipv6: {
    cause: "the node's kernel has no IPv6, and the program sets up IPv6 rules as well",
    fix: 'Turn IPv6 on in the kernel of the node (no ipv6.disable=1), or use a release that leaves IPv6 rules out where the pod has no IPv6 address.',
  },
  namespace: {
    cause: "the pod's network namespace could not be entered",
    fix: 'See whether the pod was deleted meanwhile, and whether the CNI agent sees /proc and /var/run/netns of the host.',
  },
  validation: {
    cause:
      'a test connection was not redirected: the rules are not in this pod, because the CNI plugin of the mesh did not run for it or failed',
    fix: 'Check that the CNI plugin runs on this node and is in its CNI configuration (with Multus: in every one), then delete the pod. With repair.enabled, istio-cni repairs such pods automatically.',
  },
  rejected: {
    cause: 'the kernel or the program rejected a line: iptables-restore applies a table as a whole or not at all',
    fix: 'Look at the line it names: a chain that already exists means a second run (delete the pod); a target or match, a missing kernel module or the wrong back end (nft or legacy).',
  },
  unknown: {
    cause: 'the program that sets up the rules ended with an error',
    fix: 'Read the lines before the error, and the whole log of the container or CNI agent that wrote them.',
  },
}

/** What is looked at of a message: patterns may go back and forth in it. */
const LONGEST_MESSAGE = 4096

/** The first sign, in the order of the table, that any of the texts shows, and which text that is. */
export function firstSign(texts: readonly string[]): {readonly sign: SetupSign; readonly index: number} | undefined {
  for (const each of SETUP_SIGNS) {
    const index = texts.findIndex(text => each.pattern.test(text.slice(0, LONGEST_MESSAGE)))
    if (index >= 0) return {sign: each, index}
  }
  return undefined
}
