import "@c15t/react/styles.css";
import { ConsentBanner, ConsentDialog, ConsentManagerProvider } from "@c15t/react";
import { createRoot } from "react-dom/client";

const options = {
  mode: "offline",
  consentCategories: ["necessary", "functionality", "measurement", "marketing", "experience"],
  overrides: { country: "DE" },
  nonce: document.currentScript.nonce || undefined,
};

createRoot(document.getElementById("app")).render(
  <ConsentManagerProvider options={options}>
    <ConsentBanner />
    <ConsentDialog />
  </ConsentManagerProvider>,
);
