import {worthlessTexts} from './worthless-texts.js'

worthlessTexts(0.2)
