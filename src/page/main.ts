import {startEvidence} from './evidence.js'
import {startFilters} from './filters.js'
import {bindGraph} from './graph.js'
import {startRefresh} from './refresh.js'
import {startTheme} from './theme.js'

document.documentElement.classList.add('js')
startTheme()
startFilters()
bindGraph()
startEvidence()
startRefresh()
