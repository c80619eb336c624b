import { mount, tick } from 'svelte';
import App from './App.svelte';
import { painted } from './lib/backend';
import { notices } from './state/notices.svelte';
import { preferences } from './state/preferences.svelte';
import { session } from './state/session.svelte';
import './styles/tokens.css';
import './styles/base.css';

preferences.start();
void session.start();

const target = document.getElementById('app');
if (target) {
  mount(App, { target });
  // Two frames: after the first the picture is laid out, after the second it is on the screen.
  void tick().then(() =>
    requestAnimationFrame(() => requestAnimationFrame(() => void notices.attempt(() => painted()))),
  );
}
