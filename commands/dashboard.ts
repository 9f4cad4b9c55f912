import {Args, Flags} from '@oclif/core'
import type {CommandNeeds} from '../src/cli/command-needs.js'
import {selectorFlag} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {undoable} from '../src/cli/output/interrupt.js'
import {remark, write} from '../src/cli/output/streams.js'
import {example} from '../src/cli/usage/example.js'
import {UserError} from '../src/model/evidence/user-error.js'
import {podLabel} from '../src/model/kube/kube-object.js'

export default class Dashboard extends MeshCommand {
  static override summary = 'Forward a port to a dashboard in the cluster and open it in the browser'
  static override description =
    'kiali, prometheus, grafana, jaeger, zipkin, skywalking, envoy POD, istiod, controlz; ports and selectors are those of istioctl. Ctrl-C ends it.'
  static override aliases = ['dash', 'd']
  static override examples = [
    example('Forward a port to Kiali and open it', 'dashboard kiali'),
    example(
      'Forward a port to the admin page of an Envoy, without a browser',
      'dashboard envoy deploy/reviews-v1 --browser=false',
    ),
  ]
  static override needs: CommandNeeds = {
    cluster: {needs: ['pods', 'forward'], more: ['workloads', 'istiods', 'istiod']},
  }
  static override args = {
    name: Args.string({ignoreStdin: true, required: true, description: 'the dashboard'}),
    pod: Args.string({ignoreStdin: true, description: 'the pod of envoy, istiod or controlz'}),
  }
  static override flags = {
    selector: selectorFlag,
    port: Flags.integer({
      char: 'p',
      default: 0,
      min: 0,
      max: 65_535,
      description: 'local port (0: as in the pod, else any)',
    }),
    address: Flags.string({default: 'localhost', description: 'local address to listen on'}),
    browser: Flags.boolean({allowNo: true, default: true, description: 'open the browser (default)'}),
    'ui-port': Flags.integer({min: 1, max: 65_535, description: 'port of the dashboard in the pod'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Dashboard)
    const {dashboardPlace} = await import('../src/cli/runs/dashboards.js')
    const {startLocalForward} = await import('../src/wire/local-forward.js')
    const {untilAborted} = await import('../src/cli/runs/serve-session.js')
    await this.withSource(flags, async source => {
      const {pod, port, path} = await dashboardPlace(source, args.name, args.pod, flags)
      const open = source.forward
      if (open === undefined)
        throw new UserError(`${source.origin.label} has no running pods to forward a port to`, {
          hint: 'dashboard needs a live cluster; meshctl ui shows a page about any source.',
        })
      await undoable(async signal => {
        const at = {address: flags.address, port: flags.port, like: port}
        const forward = await startLocalForward(
          () => open(pod, port),
          at,
          error => void remark(error.message),
        )
        try {
          const url = `http://${flags.address.includes(':') ? `[${flags.address}]` : flags.address}:${forward.port}${path}`
          await write(process.stdout, `${url}\n`)
          await remark(`port ${port} of ${podLabel(pod)}; stop with Ctrl-C`)
          if (flags.browser) {
            const {openBrowser} = await import('../src/cli/output/open-browser.js')
            await openBrowser(url)
          }
          await untilAborted(signal)
        } finally {
          await forward.close()
        }
      })
    })
  }
}
