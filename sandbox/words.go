package sandbox

import (
	"fmt"
	"strings"
)

// words are what the pages say, in one language.
type words struct {
	Lang       string
	Choose     string
	ChooseText string
	Connect    string // takes the provider's name
	Wants      string
	Allow      string
	Deny       string
	Account    string
	Synthetic  string

	Connected, ConnectedText string // the latter takes the provider's name
	Cancelled, CancelledText string
	Expired, ExpiredText     string
	Used, UsedText           string
	NotFound, NotFoundText   string

	Kinds map[string]string
}

// message is a page that says one thing.
type message struct{ title, text string }

func (t words) connected(provider string) message {
	return message{t.Connected, fmt.Sprintf(t.ConnectedText, provider)}
}
func (t words) cancelled() message { return message{t.Cancelled, t.CancelledText} }
func (t words) expired() message   { return message{t.Expired, t.ExpiredText} }
func (t words) used() message      { return message{t.Used, t.UsedText} }
func (t words) notFound() message  { return message{t.NotFound, t.NotFoundText} }

// Kind is the name of a type of data.
func (t words) Kind(k string) string { return t.Kinds[k] }

// wordsOf are in English when tag's language is not spoken here.
func wordsOf(tag string) words {
	lang := strings.ToLower(tag)
	if i := strings.IndexAny(lang, "-_"); i >= 0 {
		lang = lang[:i]
	}
	switch lang {
	case "de":
		return german()
	case "fr":
		return french()
	case "es":
		return spanish()
	}
	return english()
}

func english() words {
	return words{
		Lang:          "en",
		Choose:        "Connect your device",
		ChooseText:    "Choose where your health data come from.",
		Connect:       "Connect %s",
		Wants:         "The app asks to read:",
		Allow:         "Allow",
		Deny:          "Cancel",
		Account:       "Account",
		Synthetic:     "This is a sandbox. No real account is contacted, and all data are made up.",
		Connected:     "Connected",
		ConnectedText: "%s now shares its data. You can close this page.",
		Cancelled:     "Not connected",
		CancelledText: "Nothing is shared. You can close this page.",
		Expired:       "This link has expired",
		ExpiredText:   "Go back to the app and begin again.",
		Used:          "This link has been used",
		UsedText:      "Go back to the app to begin again.",
		NotFound:      "There is nothing here",
		NotFoundText:  "The link is incomplete or unknown.",
		Kinds: map[string]string{
			"activity": "Workouts", "athlete": "Profile", "body": "Body measurements", "daily": "Daily summaries",
			"menstruation": "Cycle", "nutrition": "Nutrition", "sleep": "Sleep", "hormone": "Hormones",
			"health_observation": "Observations",
		},
	}
}

func german() words {
	return words{
		Lang:          "de",
		Choose:        "Gerät verbinden",
		ChooseText:    "Wähle, woher deine Gesundheitsdaten kommen.",
		Connect:       "%s verbinden",
		Wants:         "Die App möchte lesen:",
		Allow:         "Erlauben",
		Deny:          "Abbrechen",
		Account:       "Konto",
		Synthetic:     "Dies ist eine Sandbox. Kein echtes Konto wird angesprochen, alle Daten sind erfunden.",
		Connected:     "Verbunden",
		ConnectedText: "%s teilt jetzt seine Daten. Du kannst diese Seite schließen.",
		Cancelled:     "Nicht verbunden",
		CancelledText: "Es wird nichts geteilt. Du kannst diese Seite schließen.",
		Expired:       "Dieser Link ist abgelaufen",
		ExpiredText:   "Geh zurück zur App und beginne neu.",
		Used:          "Dieser Link wurde schon benutzt",
		UsedText:      "Geh zurück zur App, um neu zu beginnen.",
		NotFound:      "Hier ist nichts",
		NotFoundText:  "Der Link ist unvollständig oder unbekannt.",
		Kinds: map[string]string{
			"activity": "Training", "athlete": "Profil", "body": "Körpermaße", "daily": "Tageswerte",
			"menstruation": "Zyklus", "nutrition": "Ernährung", "sleep": "Schlaf", "hormone": "Hormone",
			"health_observation": "Beobachtungen",
		},
	}
}

func french() words {
	return words{
		Lang:          "fr",
		Choose:        "Connectez votre appareil",
		ChooseText:    "Choisissez d’où viennent vos données de santé.",
		Connect:       "Connecter %s",
		Wants:         "L’application demande à lire :",
		Allow:         "Autoriser",
		Deny:          "Annuler",
		Account:       "Compte",
		Synthetic:     "Ceci est un bac à sable. Aucun vrai compte n’est contacté et toutes les données sont inventées.",
		Connected:     "Connecté",
		ConnectedText: "%s partage maintenant ses données. Vous pouvez fermer cette page.",
		Cancelled:     "Non connecté",
		CancelledText: "Rien n’est partagé. Vous pouvez fermer cette page.",
		Expired:       "Ce lien a expiré",
		ExpiredText:   "Retournez dans l’application et recommencez.",
		Used:          "Ce lien a déjà servi",
		UsedText:      "Retournez dans l’application pour recommencer.",
		NotFound:      "Il n’y a rien ici",
		NotFoundText:  "Le lien est incomplet ou inconnu.",
		Kinds: map[string]string{
			"activity": "Entraînements", "athlete": "Profil", "body": "Mesures corporelles", "daily": "Résumés quotidiens",
			"menstruation": "Cycle", "nutrition": "Alimentation", "sleep": "Sommeil", "hormone": "Hormones",
			"health_observation": "Observations",
		},
	}
}

func spanish() words {
	return words{
		Lang:          "es",
		Choose:        "Conecta tu dispositivo",
		ChooseText:    "Elige de dónde vienen tus datos de salud.",
		Connect:       "Conectar %s",
		Wants:         "La aplicación pide leer:",
		Allow:         "Permitir",
		Deny:          "Cancelar",
		Account:       "Cuenta",
		Synthetic:     "Esto es un entorno de pruebas. No se contacta con ninguna cuenta real y todos los datos son inventados.",
		Connected:     "Conectado",
		ConnectedText: "%s ya comparte sus datos. Puedes cerrar esta página.",
		Cancelled:     "No conectado",
		CancelledText: "No se comparte nada. Puedes cerrar esta página.",
		Expired:       "Este enlace ha caducado",
		ExpiredText:   "Vuelve a la aplicación y empieza de nuevo.",
		Used:          "Este enlace ya se ha usado",
		UsedText:      "Vuelve a la aplicación para empezar de nuevo.",
		NotFound:      "Aquí no hay nada",
		NotFoundText:  "El enlace está incompleto o es desconocido.",
		Kinds: map[string]string{
			"activity": "Entrenamientos", "athlete": "Perfil", "body": "Medidas corporales", "daily": "Resúmenes diarios",
			"menstruation": "Ciclo", "nutrition": "Nutrición", "sleep": "Sueño", "hormone": "Hormonas",
			"health_observation": "Observaciones",
		},
	}
}
