import {setTimeout} from 'node:timers/promises'
import {Args, Flags} from '@oclif/core'
import type {CommandNeeds} from '../src/cli/command-needs.js'
import {atFlag, durationMs, fileFlagFor, readTime, selectorFlag, watchFlags} from '../src/cli/flags/flags.js'
import {ownProxy} from '../src/cli/input/own-proxy.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {runDiff} from '../src/cli/runs/run-diff.js'
import {example} from '../src/cli/usage/example.js'
import {podLabel} from '../src/model/kube/kube-object.js'
import {diffView} from '../src/reports/diff/view.js'
import {ownProxyView} from '../src/reports/own-proxy/view.js'
import {ONLY_STATES, readOnly} from '../src/reports/proxy-status/only.js'
import {proxyStatusReport} from '../src/reports/proxy-status/report.js'
import {proxyStatusView} from '../src/reports/proxy-status/view.js'
import {waitForSync} from '../src/reports/proxy-status/wait.js'
import {formsOf} from '../src/reports/view.js'

export default class ProxyStatus extends MeshCommand {
  static override summary = "Show each proxy's sync status with istiod, and why it is out of sync"
  static override aliases = ['ps']
  static override examples = [
    example('Show only proxies that are out of sync', 'proxy-status --from sample --only problem'),
  ]
  static override forms = formsOf(diffView, proxyStatusView)
  static override needs: CommandNeeds = {
    cluster: {
      needs: ['istiods', 'istiod'],
      more: ['pods', 'workloads', 'forward', 'logs', 'istiodLogs', 'listNamespaces', 'filters', 'machines'],
    },
  }
  static override args = {
    pod: Args.string({ignoreStdin: true, description: "compare this proxy's config with istiod's"}),
  }
  static override flags = {
    file: fileFlagFor("istiod's syncz JSON, a table of istioctl, or with a pod: an Envoy config dump (- for stdin)"),
    selector: selectorFlag,
    'all-namespaces': Flags.boolean({char: 'A', description: 'every namespace (default without -n)'}),
    only: Flags.string({description: `show only proxies in these states: ${ONLY_STATES.join(', ')}`}),
    'stale-after': Flags.string({
      default: '0s',
      description: 'report STALE only after a push has gone unacknowledged this long',
    }),
    why: Flags.boolean({description: "read the proxies' logs to find the cause"}),
    wait: Flags.boolean({description: 'poll until every proxy is in sync'}),
    timeout: Flags.string({default: '60s', description: 'how long --wait polls before it gives up'}),
    ...watchFlags,
    at: atFlag,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyStatus)
    const at = flags.at === undefined ? undefined : readTime(flags.at)
    if (args.pod !== undefined && !flags.why) {
      const {file, ...common} = flags
      const report = await runDiff({first: args.pod, file}, common, this.config.root)
      return await this.print(flags, report, diffView)
    }
    const filter = {
      istioNamespace: flags.istioNamespace,
      namespace: flags['all-namespaces'] ? undefined : flags.namespace,
      selector: flags.selector,
      revision: flags.revision,
      only: readOnly(flags.only),
      staleAfterMs: durationMs(flags['stale-after']),
      why: flags.why,
      at,
    }
    const pollMs = Math.max(100, durationMs(flags.interval))
    const waitOptions = {timeoutMs: durationMs(flags.timeout), pollMs, nowMs: Date.now, sleep: setTimeout}
    await this.withSource(flags, async source => {
      const own = await ownProxy(source)
      if (own !== undefined) return await this.print(flags, own, ownProxyView)
      const {resolveSubject} = await import('../src/sources/subject.js')
      const one = args.pod === undefined ? undefined : await resolveSubject(source, {...filter, name: args.pod})
      const proxy = one === undefined ? undefined : podLabel(one.pod)
      const ask = () => proxyStatusReport(source, {...filter, proxy})
      await this.print(flags, flags.wait ? await waitForSync(ask, waitOptions) : await ask(), proxyStatusView)
    })
  }
}
