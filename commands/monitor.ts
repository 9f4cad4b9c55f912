import {Flags} from '@oclif/core'
import {MONITOR_NEEDS} from '../src/cli/command-needs.js'
import {ruleFlags} from '../src/cli/flags/check-flags.js'
import {checkSettings} from '../src/cli/flags/check-settings.js'
import {durationMs, selectorFlag} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {undoable} from '../src/cli/output/interrupt.js'
import {monitorForm, runMonitor} from '../src/cli/runs/monitor-run.js'
import {example} from '../src/cli/usage/example.js'
import {MONITOR_FORMS} from '../src/reports/monitor/round-lines.js'

export default class Monitor extends MeshCommand {
  static override summary = 'Watch a cluster, and recheck what each change affects'
  static override description =
    'Prints a line for each finding that begins or ends, until Ctrl-C. Nothing in the cluster is changed unless --events, --policy-reports or --leader-elect is given. See docs/monitor.md.'
  static override forms = MONITOR_FORMS
  static override needs = MONITOR_NEEDS
  static override examples = [
    example('Watch one namespace', 'monitor -n shop'),
    example('Watch the whole mesh, for Prometheus to scrape', 'monitor -A --listen :9464'),
    example('Check everything once, a JSON document per finding', 'monitor -n demo --rounds 1 -o json'),
  ]
  static override flags = {
    selector: selectorFlag,
    ...ruleFlags,
    listen: Flags.string({
      helpValue: 'ADDRESS',
      description: 'serve /metrics, /healthz and /readyz at HOST:PORT or :PORT (default: no server)',
    }),
    settle: Flags.string({
      helpValue: 'DURATION',
      default: '1s',
      description: 'how long to collect changes before checking them',
    }),
    resync: Flags.string({
      helpValue: 'DURATION',
      default: '10m',
      description: 'interval between full rechecks',
    }),
    rounds: Flags.integer({
      min: 1,
      description: 'end after this many rounds, with the exit code of check (default: never)',
    }),
    deep: Flags.boolean({description: 'inspect each pod: commands in containers, port-forwards, logs'}),
    events: Flags.boolean({description: 'write an Event for each new error or warning (changes the cluster)'}),
    'policy-reports': Flags.boolean({
      description: 'keep a PolicyReport named meshctl in each namespace (changes the cluster)',
    }),
    'leader-elect': Flags.boolean({
      description: 'let only the holder of a Lease write, when several run (changes the cluster)',
    }),
    'lease-namespace': Flags.string({
      helpValue: 'NAME',
      description: 'namespace of the Lease meshctl-monitor (default: that of the context)',
    }),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Monitor)
    const form = monitorForm(flags.output)
    const everywhere = flags['all-namespaces']
    // Rules about the configuration are those of analyze.
    const {rules, failOn, policy} = await checkSettings({...flags, 'all-namespaces': false})
    await this.withSource(flags, async source => {
      const namespace = everywhere ? undefined : (flags.namespace ?? source.defaultNamespace)
      const {istioNamespace, selector, deep, listen, rounds, events} = flags
      await undoable(signal =>
        runMonitor(source, signal, {
          ...{rules, failOn, policy, namespace, selector, deep, istioNamespace, everywhere},
          version: this.config.version,
          settleMs: durationMs(flags.settle),
          resyncMs: Math.max(1000, durationMs(flags.resync)),
          ...{form, listen, rounds, events, policyReports: flags['policy-reports']},
          ...{onlyGaps: flags.quiet, requireAll: flags['require-all'], leaderElect: flags['leader-elect']},
          leaseNamespace: flags['lease-namespace'] ?? source.defaultNamespace,
        }),
      )
    })
  }
}
