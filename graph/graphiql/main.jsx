import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { ToolbarButton, ToolbarMenu, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { Kind, parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { createRoot } from 'react-dom/client';

import mark from './homeroom.svg';

const CONFIG_URL = '/graphiql/config.json';
const PLUGINS = [HISTORY_PLUGIN, explorerPlugin()];

function socketUrl(config) {
  const url = new URL(config.subscriptionUrl ?? config.endpoint, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}

/**
 * The operation that the editor shows. GraphiQL reads the editor a moment after a change, so that a tab which is run
 * as soon as it is opened would be sent with the operation name, and by the transport, of the tab before.
 */
function asShown(params, options) {
  let documentAST;
  try {
    documentAST = parse(params.query);
  } catch {
    return [params, options]; // the server says what is wrong with it
  }
  const operations = documentAST.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const names = operations.map((operation) => operation.name?.value);
  const operationName = names.length === 1 ? names[0] : params.operationName;
  return [{ ...params, operationName }, { ...options, documentAST }];
}

/** Queries and mutations by fetch; a subscription by a socket of its own, so that it has the cookie of now. */
function createFetcher(config) {
  const url = socketUrl(config);
  return (...request) => {
    const [params, options] = asShown(...request);
    const headers = { ...config.headers, ...options?.headers };
    // A header's name has no case; a key of `connection_init` has.
    const connectionParams = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    return createGraphiQLFetcher({
      url: config.endpoint,
      headers: config.headers,
      wsClient: createClient({ url, connectionParams }),
    })(params, options);
  };
}

/**
 * Local storage, in which open tabs belong to the data that they speak of: fresh data (and so other ids) brings
 * fresh samples, while theme, history and layout stay.
 */
function createStorage(dataset) {
  const OF_DATASET = new Set(['graphiql:tabState', 'graphiql:query', 'graphiql:variables', 'graphiql:headers']);
  const key = (name) => (OF_DATASET.has(name) ? `${name}:${dataset}` : name);
  return {
    getItem: (name) => localStorage.getItem(key(name)),
    setItem: (name, value) => localStorage.setItem(key(name), value),
    removeItem: (name) => localStorage.removeItem(key(name)),
    clear: () => localStorage.clear(),
    get length() {
      return localStorage.length;
    },
  };
}

function Samples({ tabs }) {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({
    queryEditor,
    variableEditor,
  }));
  const open = (tab) => {
    addTab();
    variableEditor?.setValue(tab.variables ?? '');
    queryEditor?.setValue(tab.query);
  };
  return (
    <ToolbarMenu
      button={
        <ToolbarButton label="Open a sample in a new tab">
          <svg className="graphiql-toolbar-icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
            <path d="M4 3.5h4.5A1.5 1.5 0 0 1 10 5v11.5a2 2 0 0 0-2-1.5H4zM16 3.5h-4.5A1.5 1.5 0 0 0 10 5v11.5a2 2 0 0 1 2-1.5h4z" />
          </svg>
        </ToolbarButton>
      }
    >
      {tabs.map((tab) => (
        <ToolbarMenu.Item key={tab.title} onSelect={() => open(tab)}>
          {tab.title}
        </ToolbarMenu.Item>
      ))}
    </ToolbarMenu>
  );
}

function initials(name) {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => word.charAt(0).toUpperCase()).join('');
}

function Bar({ endpoint, demoUser }) {
  return (
    <header className="bar">
      <img src={mark} alt="" />
      <h1>Homeroom</h1>
      <code>{endpoint}</code>
      {demoUser ? (
        <div className="who" title={demoUser.email}>
          <span className="label">Signed in as</span>
          <b>{demoUser.name}</b>
          <span className="initials" aria-hidden="true">
            {initials(demoUser.name)}
          </span>
        </div>
      ) : (
        <div className="who">Not signed in</div>
      )}
    </header>
  );
}

function Page({ config }) {
  return (
    <div className="page">
      <Bar {...config} />
      <GraphiQL
        fetcher={createFetcher(config)}
        storage={createStorage(config.dataset)}
        plugins={PLUGINS}
        defaultTabs={config.tabs.length ? config.tabs : undefined}
        defaultEditorToolsVisibility
        inputValueDeprecation
        schemaDescription
        shouldPersistHeaders={false}
      >
        <GraphiQL.Toolbar>
          {({ prettify, merge, copy }) => (
            <>
              {prettify}
              {merge}
              {copy}
              {config.tabs.length > 0 && <Samples tabs={config.tabs} />}
            </>
          )}
        </GraphiQL.Toolbar>
      </GraphiQL>
    </div>
  );
}

async function readConfig() {
  const response = await fetch(CONFIG_URL, { headers: { accept: 'application/json' } });
  if (!response.ok) {
    throw new Error(`${CONFIG_URL} answered ${response.status} ${response.statusText}`.trim());
  }
  return response.json();
}

const root = createRoot(document.getElementById('root'));
readConfig().then(
  (config) => root.render(<Page config={config} />),
  (error) =>
    root.render(
      <div className="notice" role="alert">
        <p>GraphiQL could not read its configuration. Is the server still running? Reload to try again.</p>
        <pre>{error.message}</pre>
      </div>,
    ),
);
